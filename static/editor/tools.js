// The bar above the grid: find, filters, columns, groups, rows, undo and redo.

import { element } from "./elements.js";
import { addRow, removeRows } from "./keys.js";

export function listenToTools(page, grid, draft, comments) {
  const acts = {
    add: () => addRow(grid),
    remove: () => removeRows(grid),
    undo: () => draft.step("undo"),
    redo: () => draft.step("redo"),
    talk: () => comments?.open(),
    filter: (button) => showFilters(page, grid, button),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) acts[button.dataset.act]?.(button);
  });
  grid.place.addEventListener("click", (event) => {
    if (event.target.closest("[data-talk]")) setTimeout(() => comments?.open());
  });
  const find = page.querySelector("[data-find]");
  find.addEventListener("input", () => grid.finding.find(find.value));
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Escape") find.value = "";
    grid.finding.find(find.value);
    grid.select(0);
  });
  page.querySelector("[data-policy]")?.addEventListener("change", ({ target }) => {
    draft.operation({ op: "hit_policy", hit_policy: target.value, aggregation: "" });
  });
  const groups = page.querySelector("[data-group]");
  if (!groups) return;
  listColumns(page, grid);
  for (const column of grid.columns) groups.add(new Option(column.label, column.field));
  groups.addEventListener("change", () => grid.table.setGroupBy(groups.value || false));
}

/** Open the fields under the names of the columns; closing them shows every row again. */
function showFilters(page, grid, button) {
  const open = page.classList.toggle("ed--filter");
  button.setAttribute("aria-pressed", String(open));
  const fields = [...grid.place.querySelectorAll(".ed-filter")];
  if (!open) {
    for (const field of fields) field.value = "";
    grid.finding.clearFilters();
  }
  grid.lay();
  if (open) fields[0]?.focus();
}

function listColumns(page, grid) {
  const list = page.querySelector("[data-columns]");
  const known = grid.table.columnManager.columnsByField;
  const lives = LIVES.filter(({ field }) => known[field]);
  for (const column of [...lives, ...grid.columns]) {
    const box = element("input", { type: "checkbox", checked: "" });
    box.addEventListener("change", () => grid.table.toggleColumn(column.field));
    list.append(element("label", { class: "check" }, box, column.label));
  }
}

const LIVES = [
  { field: "hits", label: "Hits" },
  { field: "overturned", label: "Overturned" },
];
