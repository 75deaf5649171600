// The work bench: fields that follow the verdict, keys, the end of drafts, the lease.

import { say } from "./htmx.js";

const DRAFT = "draft:";
const SENT = "verdict-sent";
const RENEW_MS = 4 * 60 * 1000;
let touched = false;

const verdict = () => document.querySelector("form[data-verdict]");

/** Show what the chosen verdict needs; reasons of other verdicts are neither seen nor sent. */
function follow(form) {
  const chosen = form.querySelector("input[name=outcome]:checked");
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = part.dataset.for !== (chosen?.value ?? "");
  }
  let place = 0;
  for (const label of form.querySelectorAll("[data-serves]")) {
    const fits =
      Boolean(chosen) && label.dataset.serves.split(" ").includes(chosen.dataset.outcome);
    const box = label.querySelector("input");
    label.hidden = !fits;
    box.disabled = !fits;
    const number = fits && ++place <= 9 ? String(place) : "";
    if (number) box.dataset.key = number;
    else delete box.dataset.key;
    const hint = label.querySelector(".kbd");
    if (hint) {
      hint.textContent = number;
      hint.hidden = !number;
    }
  }
  form.querySelector("[data-choose-first]")?.toggleAttribute("hidden", Boolean(chosen));
}

/** A verdict that was sent and whose form did not come back was recorded: its draft may go. */
function forgetSent() {
  const sent = sessionStorage.getItem(SENT);
  if (!sent) return;
  sessionStorage.removeItem(SENT);
  if (verdict()?.dataset.draft !== sent) localStorage.removeItem(DRAFT + sent);
}

function start() {
  const form = verdict();
  if (!form || form.dataset.started) return;
  form.dataset.started = "yes";
  follow(form);
}

// A restored draft (drafts.js) speaks up with a change of the form itself.
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-verdict]");
    if (!form) return;
    follow(form);
    if (event.target !== form)
      event.target.closest("fieldset, .field")?.querySelector(".field__error")?.remove();
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-verdict]");
  if (form) sessionStorage.setItem(SENT, form.dataset.draft);
  // Somebody else may use this device next.
  if (event.target.action?.endsWith("/accounts/logout/"))
    for (const key of Object.keys(localStorage))
      if (key.startsWith(DRAFT)) localStorage.removeItem(key);
});

document.addEventListener("keydown", (event) => {
  touched = true;
  const form = verdict();
  if (
    form &&
    event.key === "Enter" &&
    (event.ctrlKey || event.metaKey) &&
    !event.defaultPrevented
  ) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.addEventListener("pointerdown", () => (touched = true));

/** The lease renews while its holder works; who stops lets it run out. */
async function renew() {
  const form = verdict();
  if (!form?.dataset.renew || !touched || document.hidden) return;
  touched = false;
  try {
    const answer = await fetch(form.dataset.renew, { method: "POST", body: new FormData(form) });
    if (answer.status === 409) warn(await answer.text());
  } catch {
    touched = true; // The line is away: try again at the next turn.
  }
}
setInterval(renew, RENEW_MS);

function warn(text) {
  say(text, "alarm");
  const form = verdict();
  if (!form) return;
  form.querySelector("[data-line]")?.remove();
  const notice = document.createElement("div");
  notice.className = "notice notice--warn";
  notice.dataset.line = "";
  const words = document.createElement("p");
  words.textContent = text;
  notice.append(document.createElement("span"), words);
  form.prepend(notice);
}

addEventListener("offline", () =>
  warn("The connection is lost. What you write is kept on this device."),
);
document.addEventListener("htmx:error", (event) => {
  if (event.target.closest?.("form[data-verdict]")) {
    warn("The verdict was not sent: the line is lost. What you wrote is kept; record again.");
  }
});
addEventListener("online", () => {
  document.querySelector("form[data-verdict] [data-line]")?.remove();
  say("The connection is back.");
});

// Boards renew themselves while nobody reads them with the keyboard and the tab is seen.
setInterval(() => {
  for (const board of document.querySelectorAll("[data-renew-every]")) {
    const since = Number(board.dataset.since ?? 0) + 1;
    board.dataset.since = since;
    const busy =
      document.hidden || board.contains(document.activeElement) || getSelection()?.toString();
    if (since >= Number(board.dataset.renewEvery) && !busy) {
      board.dataset.since = 0;
      board.dispatchEvent(new Event("renew"));
    }
  }
}, 1000);

forgetSent();
start();
document.addEventListener("htmx:after:swap", start);
