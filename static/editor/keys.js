// Keys of the grid, as in a spreadsheet. Arrows, Tab, Shift and Enter are the grid's own.

import { rowOf } from "./blocks.js";

export function listenToKeys(page, grid, draft) {
  grid.place.addEventListener("keydown", (event) => press(event, grid, draft), true);
  page.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "f") {
      event.preventDefault();
      page.querySelector("[data-find]").focus();
    }
  });
}

function press(event, grid, draft) {
  if (event.target.matches("input, textarea, select")) return;
  const command = event.ctrlKey || event.metaKey;
  const act = command ? COMMANDS[event.shiftKey ? `shift ${event.key.toLowerCase()}` : event.key.toLowerCase()] : event.altKey ? WITH_ALT[event.key] : PLAIN[event.key];
  if (act) {
    event.preventDefault();
    event.stopPropagation();
    act(grid, draft);
  } else if (!command && !event.altKey && event.key.length === 1) {
    event.preventDefault();
    event.stopPropagation();
    edit(grid, event.key);
  }
}

const PLAIN = {
  Enter: (grid) => edit(grid),
  F2: (grid) => edit(grid),
  F8: (grid) => grid.side.next(grid),
  Delete: (grid) => grid.clear(),
  Backspace: (grid) => grid.clear(),
};

const COMMANDS = {
  d: (grid) => grid.fillDown(),
  z: (_, draft) => draft.step("undo"),
  "shift z": (_, draft) => draft.step("redo"),
  y: (_, draft) => draft.step("redo"),
  enter: (grid, draft) => addRow(grid, draft),
};

const WITH_ALT = {
  ArrowUp: (grid, draft) => move(grid, draft, -1),
  ArrowDown: (grid, draft) => move(grid, draft, 1),
};

/** Edit the selected cell; a key that was pressed begins a new text. */
function edit(grid, key) {
  const range = grid.table.getRanges()[0];
  const cell = range?.getCells().flat()[0];
  if (!cell || cell.getField() === "number") return;
  cell.edit();
  const input = cell.getElement().querySelector("input");
  if (!input) return;
  if (key === undefined) return input.select();
  input.value = key;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.setSelectionRange(1, 1);
}

/** Add a row below the selected one. */
export function addRow(grid, draft) {
  const records = grid.table.rowManager.rows.map((row) => row.data);
  const at = grid.active()?.row ?? records.length - 1;
  const row = rowOf(grid);
  grid.selectLater = row.id;
  draft.operation({ op: "insert_rows", before: records[at + 1]?.id ?? null, rows: [row] });
}

export function removeRows(grid, draft) {
  const block = grid.block();
  if (block) draft.operation({ op: "remove_rows", rows: block.rows.map((record) => record.id) });
}

function move(grid, draft, step) {
  const block = grid.block();
  if (!block) return;
  const ids = grid.table.rowManager.rows.map((row) => row.data.id);
  const first = ids.indexOf(block.rows[0].id);
  const last = ids.indexOf(block.rows.at(-1).id);
  const before = step < 0 ? ids[first - 1] : (ids[last + 2] ?? null);
  if (before === undefined || (step > 0 && last + 1 >= ids.length)) return;
  grid.selectLater = block.rows[0].id;
  draft.operation({ op: "move_rows", rows: block.rows.map((record) => record.id), before });
}
