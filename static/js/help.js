// "?" lists the keys of this page, read from the page itself.

const EVERYWHERE = [
  ["Ctrl K", "Find or jump to"],
  ["J K", "Next, previous record"],
  ["Enter", "Open the record"],
  ["[", "Fold navigation"],
  ["?", "This list"],
  ["Esc", "Close"],
];

function named(control) {
  const label = control.labels?.[0]?.textContent ?? control.getAttribute("aria-label");
  const copy = control.cloneNode(true);
  copy.querySelectorAll?.("kbd, .vh, svg").forEach((part) => part.remove());
  return (label || copy.textContent || control.title || "").trim().replace(/\s+/g, " ");
}

function rows() {
  const found = [...document.querySelectorAll("[data-key]")].map((control) => [
    control.dataset.key
      .split(" ")
      .map((key) => (key.length === 1 ? key.toUpperCase() : key))
      .join(" "),
    named(control),
  ]);
  const seen = new Set();
  return [...found, ...EVERYWHERE].filter(
    ([keys, name]) => name && !seen.has(keys) && seen.add(keys),
  );
}

function open() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = Object.assign(document.createElement("h2"), {
    className: "dialog__head",
    id: "keys-title",
    textContent: "Keys on this page",
  });
  const list = Object.assign(document.createElement("dl"), { className: "dialog__body keys" });
  for (const [keys, name] of rows()) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      term.append(
        Object.assign(document.createElement("kbd"), { className: "kbd", textContent: key }),
        " ",
      );
    }
    line.append(term, Object.assign(document.createElement("dd"), { textContent: name }));
    list.append(line);
  }
  const form = Object.assign(document.createElement("form"), {
    method: "dialog",
    className: "dialog__foot",
  });
  form.append(
    Object.assign(document.createElement("button"), { className: "btn", textContent: "Close" }),
  );
  dialog.append(title, list, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) open();
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    typing ||
    document.querySelector("dialog[open]")
  )
    return;
  if (event.key === "?") open();
  else if (event.key === "[") document.querySelector("[data-fold]")?.click();
  else return;
  event.preventDefault();
});
