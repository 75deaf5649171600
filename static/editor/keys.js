// Keys of the grid, as in a spreadsheet. Arrows, Tab, Shift and Enter are the grid's own.

import { rowOf } from "./blocks.js";

export function listenToKeys(page, grid, draft, comments) {
  const press = (event) => pressed(event, grid, draft, comments);
  grid.place.addEventListener("keydown", press, true);
  document.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (!command || event.key.toLowerCase() !== "f" || event.shiftKey) return;
    event.preventDefault();
    page.querySelector("[data-find]").select();
  });
}

function pressed(event, grid, draft, comments) {
  if (event.target.matches("input, textarea, select")) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = [command && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", key];
  const words = name.filter(Boolean).join(" ");
  const act = READING[words] ?? (draft.mayEdit ? WRITING[words] : undefined);
  const types = draft.mayEdit && !command && !event.altKey && event.key.length === 1;
  if (!act && (!types || event.key === "?")) return;
  event.preventDefault();
  event.stopPropagation();
  if (act) act(grid, draft, comments);
  else edit(grid, event.key);
}

const READING = {
  F8: (grid) => grid.side.next(grid),
  "Shift F2": (grid, draft, comments) => comments?.open(),
};

const WRITING = {
  Enter: (grid) => edit(grid),
  F2: (grid) => edit(grid),
  Delete: (grid) => grid.clear(),
  Backspace: (grid) => grid.clear(),
  "Ctrl d": (grid) => grid.fillDown(),
  "Ctrl z": (grid, draft) => draft.step("undo"),
  "Ctrl Shift z": (grid, draft) => draft.step("redo"),
  "Ctrl y": (grid, draft) => draft.step("redo"),
  "Ctrl Enter": (grid) => addRow(grid),
  "Alt ArrowUp": (grid) => move(grid, -1),
  "Alt ArrowDown": (grid) => move(grid, 1),
};

/** Edit the selected cell; a key that was pressed begins a new text. */
export function edit(grid, key) {
  const range = grid.table.getRanges()[0];
  const cell = range?.getCells().flat()[0];
  if (!cell || !/^c\d+$/.test(cell.getField())) return;
  cell.edit();
  const input = cell.getElement().querySelector("input");
  if (!input || key === undefined) return;
  input.value = key;
  input.setSelectionRange(1, 1);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Add a row below the selected one. */
export function addRow(grid) {
  const chosen = grid.block()?.rows.at(-1);
  const at = chosen ? grid.records.indexOf(chosen) : grid.records.length - 1;
  const row = rowOf(grid);
  grid.selectLater = row.id;
  grid.act({ op: "insert_rows", before: grid.records[at + 1]?.id ?? null, rows: [row] });
}

export function removeRows(grid) {
  const block = grid.block();
  if (block) grid.act({ op: "remove_rows", rows: block.rows.map((record) => record.id) });
}

/** Move the selected rows by one, past what is shown. */
function move(grid, step) {
  const block = grid.block();
  if (!block) return;
  const shown = grid.shown().map((row) => row.data.id);
  const first = shown.indexOf(block.rows[0].id);
  const last = first + block.rows.length - 1;
  const rows = block.rows.map((record) => record.id);
  if (step < 0 && first > 0) grid.act({ op: "move_rows", rows, before: shown[first - 1] });
  if (step < 0 || last + 1 >= shown.length) return;
  const passed = grid.records.findIndex((record) => record.id === shown[last + 1]);
  grid.act({ op: "move_rows", rows, before: grid.records[passed + 1]?.id ?? null });
}
