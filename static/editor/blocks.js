// Blocks of cells on the clipboard, as spreadsheets write them: tabs, lines, quotes.

import { newId } from "./operations.js";

export function copied(event, grid) {
  const block = grid.block();
  if (!block) return;
  const lines = block.rows.map((record) =>
    block.columns.map((column) => quoted(record[grid.columns[column].field] ?? "")).join("\t"),
  );
  event.clipboardData.setData("text/plain", lines.join("\n"));
  event.preventDefault();
}

export function pasted(event, grid) {
  event.preventDefault();
  paste(grid, event.clipboardData.getData("text/plain"));
}

/** Put a block at the selected cell; one value fills the whole selection; rows are added below. */
export function paste(grid, text) {
  const lines = parsed(text);
  const block = grid.block();
  const start = grid.active() ?? { row: 0, column: 0 };
  if (!lines.length) return;
  if (block && lines.length === 1 && lines[0].length === 1) {
    const filled = (record) => block.columns.map((column) => [record, column, lines[0][0].trim()]);
    return grid.change(block.rows.flatMap(filled));
  }
  // Only what is on screen is filled: hidden columns and filtered rows stay as they are.
  const records = grid.shown().map((row) => row.data);
  const columns = visible(grid).filter((column) => column >= start.column);
  const into = lines.slice(0, records.length - start.row);
  grid.change(
    into.flatMap((line, at) =>
      line.map((value, place) => [records[start.row + at], columns[place], value.trim()]),
    ),
  );
  const more = lines.slice(into.length);
  const rows = more.map((line) => rowOf(grid, line, columns));
  const last = records.at(-1);
  const before = last ? (grid.records[grid.records.indexOf(last) + 1]?.id ?? null) : null;
  if (more.length) grid.act({ op: "insert_rows", before, rows });
}

/** The columns that are not hidden, by number. */
function visible(grid) {
  const shown = (field) => grid.table.columnManager.columnsByField[field]?.visible;
  return grid.columns.map((_, at) => at).filter((at) => shown(`c${at}`));
}

/** A new row with some texts in some columns. */
export function rowOf(grid, texts = [], columns = []) {
  const filled = grid.columns.map((column) => column.empty);
  columns.forEach((column, place) => {
    if (texts[place]?.trim()) filled[column] = texts[place].trim();
  });
  const part = (section) => filled.filter((_, at) => grid.columns[at].section === section);
  return { id: newId(), inputs: part("If"), outputs: part("Then"), annotations: part("Notes") };
}

function quoted(value) {
  return /[\t\n"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Read a block: cells may stand in quotes, and then hold tabs, lines and doubled quotes. */
export function parsed(text) {
  const lines = [[""]];
  let inside = false;
  const plain = text.replaceAll("\r\n", "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at += 1) {
    const sign = plain[at];
    const line = lines.at(-1);
    if (inside) {
      if (sign !== '"') line[line.length - 1] += sign;
      else if (plain[at + 1] === '"') {
        line[line.length - 1] += '"';
        at += 1;
      } else inside = false;
    } else if (sign === '"' && line.at(-1) === "" && closes(plain, at)) inside = true;
    else if (sign === "\t") line.push("");
    else if (sign === "\n") lines.push([""]);
    else line[line.length - 1] += sign;
  }
  return plain ? lines : [];
}

/** A quote opens a quoted cell only where one closes it before a tab, a line or the end. */
function closes(text, from) {
  return /^"(?:[^"]|"")*"(?=\t|\n|$)/.test(text.slice(from, from + 20000)) && text[from + 1] !== undefined && /[\t\n]|""/.test(text.slice(from + 1).match(/^(?:[^"]|"")*/)[0]);
}
