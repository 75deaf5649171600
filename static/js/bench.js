// The work bench: fields that follow the verdict, keys, drafts that outlive the line, the lease.

const DRAFT = "draft:";
const DRAFT_DAYS = 7;
const RENEW_MS = 4 * 60 * 1000;
const SAVE_MS = 400;
let touched = false;
let saving = 0;

const verdict = () => document.querySelector("form[data-verdict]");
const keyOf = (form) => DRAFT + form.dataset.verdict;
const say = (id, text) => {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
};

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

const MANY = new Set(["reasons", "conditions"]);
const TEXTS = ["more_conditions", "destination", "note_to_submitter", "note"];

function read(form) {
  const fields = new FormData(form);
  const draft = { at: Date.now(), outcome: fields.get("outcome") ?? "" };
  for (const name of MANY) draft[name] = fields.getAll(name);
  for (const name of TEXTS) draft[name] = fields.get(name) ?? "";
  return draft;
}

function write(form, draft) {
  for (const box of form.querySelectorAll("input[type=radio], input[type=checkbox]")) {
    if (box.name === "outcome") box.checked = box.value === draft.outcome;
    else if (MANY.has(box.name)) box.checked = draft[box.name]?.includes(box.value) ?? false;
  }
  for (const name of TEXTS) {
    const field = form.elements.namedItem(name);
    if (field) field.value = draft[name] ?? "";
  }
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function save(form) {
  try {
    localStorage.setItem(keyOf(form), JSON.stringify(read(form)));
  } catch {
    return; // Private windows may keep nothing.
  }
  const note = form.querySelector("[data-draft]");
  if (note) {
    note.hidden = false;
    note.textContent = "Draft kept on this device.";
  }
}

/** Drafts go when their verdict was sent, after a week, and when the person signs out. */
function forget(when) {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(DRAFT))) {
    if (when(stored(key), key)) localStorage.removeItem(key);
  }
}

function start() {
  const form = verdict();
  forget((draft, key) => {
    const old = !draft || Date.now() - draft.at > DRAFT_DAYS * 86400000;
    // A verdict that was sent and whose form did not come back was recorded.
    return old || (draft.sent && !(form && key === keyOf(form)));
  });
  if (!form || form.dataset.started) return;
  form.dataset.started = "yes";
  const draft = stored(keyOf(form));
  if (draft && !form.querySelector(".field__error, .notice--bad")) write(form, draft);
  follow(form);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-verdict]");
  if (!form) return;
  if (event.target.name === "outcome") follow(form);
  event.target.closest("fieldset, .field")?.querySelector(".field__error")?.remove();
  clearTimeout(saving);
  saving = setTimeout(() => save(form), SAVE_MS);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-verdict]");
  if (form) {
    clearTimeout(saving);
    try {
      localStorage.setItem(keyOf(form), JSON.stringify({ ...read(form), sent: true }));
    } catch {
      // Without storage the form itself still holds what was written.
    }
  }
  if (event.target.action?.endsWith("/accounts/logout/")) forget(() => true);
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
  say("alarm", text);
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
  say("say", "The connection is back.");
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

start();
document.addEventListener("htmx:after:swap", start);
