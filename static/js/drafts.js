// Keeps what was typed into a form with data-draft="id" until it is sent: a closed tab loses nothing.

const KEY = "draft:";
const MOST_DAYS = 7;

const kept = (form) =>
  [...form.elements].filter(
    (field) => field.name && !/^(hidden|password|file|submit|button)$/.test(field.type),
  );

function read(id) {
  try {
    return JSON.parse(localStorage.getItem(KEY + id));
  } catch {
    return null;
  }
}

function save(form) {
  const fields = {};
  for (const field of kept(form)) {
    if (/^(radio|checkbox)$/.test(field.type)) {
      if (field.checked) (fields[field.name] ??= []).push(field.value);
    } else if (field.value) fields[field.name] = [field.value];
  }
  try {
    localStorage.setItem(KEY + form.dataset.draft, JSON.stringify({ at: Date.now(), fields }));
  } catch {
    // A full or forbidden storage costs the draft, not the verdict.
  }
}

function restore(form) {
  if (form.dataset.restored) return;
  form.dataset.restored = "yes";
  const draft = read(form.dataset.draft);
  // What the server sent back (a refused form) is newer than the draft.
  if (!draft || form.dataset.refused !== undefined) return;
  for (const field of kept(form)) {
    const values = draft.fields[field.name] ?? [];
    if (/^(radio|checkbox)$/.test(field.type)) field.checked = values.includes(field.value);
    else if (!field.value && values.length) field.value = values[0];
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function forgetOld() {
  const oldest = Date.now() - MOST_DAYS * 86400000;
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(KEY) && !((read(key.slice(KEY.length))?.at ?? 0) > oldest))
      localStorage.removeItem(key);
  }
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form && event.isTrusted) save(form);
  });
}
// A page that shows data-draft-sent="id" says that the server has it.
function look() {
  for (const sent of document.querySelectorAll("[data-draft-sent]"))
    localStorage.removeItem(KEY + sent.dataset.draftSent);
  document.querySelectorAll("form[data-draft]").forEach(restore);
}
new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
forgetOld();
look();
