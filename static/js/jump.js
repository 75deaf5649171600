// Ctrl K: jump to a page by its name, or search submissions. The field in the navigation is a plain
// search form; this is the same form with suggestions from the navigation's own links.

const form = () => document.querySelector("form[data-jump]");

function places() {
  return [...document.querySelectorAll(".nav > ul a")].map((link) => ({
    name: link.querySelector(".nav__label").textContent,
    go: () => link.click(),
    icon: link.querySelector("svg").cloneNode(true),
    keys: link.dataset.key ?? "",
  }));
}

function open() {
  if (!form() || document.querySelector("dialog[open]")) return;
  const dialog = Object.assign(document.createElement("dialog"), { className: "palette" });
  dialog.setAttribute("aria-label", "Find or jump to");
  const input = Object.assign(document.createElement("input"), {
    type: "text",
    placeholder: "Page, reference or title",
  });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", "places");
  input.setAttribute("aria-label", "Find or jump to");
  const line = Object.assign(document.createElement("div"), { className: "palette__in" });
  line.append(form().querySelector("svg").cloneNode(true), input);
  const list = Object.assign(document.createElement("ul"), { id: "places" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  dialog.append(line, list);

  let shown = [];
  let chosen = 0;
  const draw = () => {
    const words = input.value.trim().toLowerCase();
    shown = places().filter((place) => place.name.toLowerCase().includes(words));
    if (words)
      shown.push({
        name: `Search submissions for “${input.value.trim()}”`,
        go: search,
        icon: form().querySelector("svg").cloneNode(true),
        keys: "",
      });
    chosen = Math.min(chosen, shown.length - 1);
    list.replaceChildren(...shown.map(option));
    input.setAttribute("aria-activedescendant", shown.length ? `place-${chosen}` : "");
  };
  const option = (place, at) => {
    const item = Object.assign(document.createElement("li"), { id: `place-${at}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(at === chosen));
    item.append(place.icon, place.name);
    if (place.keys)
      item.append(
        Object.assign(document.createElement("span"), {
          className: "push",
          textContent: place.keys.toUpperCase(),
        }),
      );
    item.addEventListener("click", () => leave(place));
    return item;
  };
  const search = () => {
    form().querySelector("input").value = input.value.trim();
    form().requestSubmit();
  };
  const leave = (place) => {
    dialog.close();
    place?.go();
  };
  input.addEventListener("input", () => ((chosen = 0), draw()));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) chosen = (chosen + step + shown.length) % shown.length;
    else if (event.key === "Enter") leave(shown[chosen]);
    else return;
    event.preventDefault();
    if (step) draw();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  draw();
  dialog.showModal();
  input.focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
});
