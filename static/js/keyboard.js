// Single keys, sequences ("g d") and moving through lists. A control names its key in data-key.

const SEQUENCE_MS = 1200;
let prefix = "";
let since = 0;

/** Letters belong to text fields, to open dialogs and to keys held with Ctrl, Alt or Meta. */
function ours(event) {
  const at = event.target;
  const typing =
    at.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(at.tagName) ||
    (at.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(at.type));
  return !(
    typing ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    document.querySelector("dialog[open]")
  );
}

export function controlFor(key) {
  return [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (found) => found.offsetParent !== null || found.closest(".nav"),
  );
}

function press(control) {
  if (
    /^(INPUT|TEXTAREA|SELECT)$/.test(control.tagName) &&
    !/^(radio|checkbox)$/.test(control.type)
  ) {
    control.focus();
    control.select?.();
  } else {
    control.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !ours(event)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const joined = prefix && event.timeStamp - since < SEQUENCE_MS ? `${prefix} ${key}` : key;
  prefix = "";
  const control = controlFor(joined);
  if (control) {
    event.preventDefault();
    press(control);
  } else if (key === "g") {
    prefix = key;
    since = event.timeStamp;
  } else if (["j", "k", "ArrowDown", "ArrowUp"].includes(key)) {
    if (move(key === "j" || key === "ArrowDown" ? 1 : -1, key)) event.preventDefault();
  }
});

/** In a list, J and K move to the next or previous record's link; Enter then opens it. */
function move(step, key) {
  const links = [...document.querySelectorAll("[data-list] a.rowlink")];
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  // Arrows scroll the page until a record has the focus.
  if (at < 0 && key.startsWith("Arrow")) return false;
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))];
  next.focus();
  next.closest("tr, li")?.scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const open = document.querySelector("details.filter[open], details.nav__me[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (event.target.matches?.("input[type=search]") && !event.target.value) {
    event.target.blur();
  }
});
