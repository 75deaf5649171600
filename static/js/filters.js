// Filters apply at once; without this script the form has an Apply button.

const PAUSE_MS = 350;
let timer = 0;

const barOf = (element) => element.closest?.("[data-filters]");

document.addEventListener("input", (event) => {
  const bar = barOf(event.target);
  if (!bar || event.target.type !== "search") return;
  showClear(bar);
  clearTimeout(timer);
  timer = setTimeout(() => bar.requestSubmit(), PAUSE_MS);
});

document.addEventListener("change", (event) => {
  const bar = barOf(event.target);
  if (!bar || event.target.type === "search") return;
  describe(event.target.closest("details.filter"));
  bar.requestSubmit();
  if (event.target.type === "radio") closeLater(event.target.closest("details.filter"));
});

/** The button of a filter names what is chosen, as the server writes it on a full page. */
function describe(filter) {
  if (!filter) return;
  const chosen = filter.querySelector("input:checked");
  const dates = [...filter.querySelectorAll("input[type=date]")].map((input) => input.value);
  const words = chosen
    ? chosen.value && chosen.parentElement.textContent.trim()
    : dates.some(Boolean) && `${dates[0] || "…"} to ${dates[1] || "…"}`;
  const summary = filter.querySelector("summary");
  const name = (filter.dataset.label ??= summary.firstChild.textContent.replace(/:\s*$/, ""));
  summary.firstChild.textContent = words ? `${name}: ` : name;
  summary.querySelector("b")?.remove();
  if (words) {
    const strong = document.createElement("b");
    strong.textContent = words;
    summary.firstChild.after(strong);
  }
  filter.classList.toggle("is-set", Boolean(words));
  showClear(barOf(filter));
}

function showClear(bar) {
  const clear = bar.querySelector("[data-clear]");
  const set = ".is-set, input[type=search]:not(:placeholder-shown)";
  if (clear) clear.hidden = !bar.querySelector(set);
}

/** Arrow keys walk through the choices, so only a click or Enter closes the list. */
function closeLater(filter) {
  if (filter?.matches(":has(:focus-visible)")) return;
  setTimeout(() => (filter.open = false), 120);
}

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.filter[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
