// The bar above the grid: find, columns, groups, rows, undo and redo.

import { addRow, removeRows } from "./keys.js";

export function listenToTools(page, grid, draft) {
  const acts = {
    add: () => addRow(grid, draft),
    remove: () => removeRows(grid, draft),
    undo: () => draft.step("undo"),
    redo: () => draft.step("redo"),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) acts[button.dataset.act]?.();
  });
  const find = page.querySelector("[data-find]");
  find.addEventListener("input", () => look(grid, find));
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Escape") find.value = "";
    look(grid, find);
    grid.select(0);
  });
  page.querySelector("[data-policy]")?.addEventListener("change", ({ target }) => {
    draft.operation({ op: "hit_policy", hit_policy: target.value, aggregation: "" });
  });
  listColumns(page, grid);
  const groups = page.querySelector("[data-group]");
  for (const column of grid.columns) {
    groups.add(new Option(column.label, column.field));
  }
  groups.addEventListener("change", () => grid.table.setGroupBy(groups.value || false));
}

function look(grid, find) {
  const wanted = find.value.trim().toLowerCase();
  if (!wanted) grid.table.clearFilter(true);
  else
    grid.table.setFilter((record) =>
      grid.columns.some(({ field }) => record[field]?.toLowerCase().includes(wanted)),
    );
  const shown = grid.table.rowManager.activeRows.length;
  grid.side.say(wanted ? `${shown} of ${grid.table.rowManager.rows.length} rows` : "");
}

function listColumns(page, grid) {
  const list = page.querySelector("[data-columns]");
  for (const column of grid.columns) {
    const label = document.createElement("label");
    label.className = "check";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => grid.table.toggleColumn(column.field));
    label.append(box, column.label);
    list.append(label);
  }
}
