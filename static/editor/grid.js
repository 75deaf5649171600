// The grid: a virtual table of records whose fields are cells, c0, c1, … in the order of the columns.
// `records` is the table as it is here: what the server said, and on top of it what is on its way.

import {
  EditModule,
  FilterModule,
  FormatModule,
  FrozenColumnsModule,
  GroupRowsModule,
  InteractionModule,
  KeybindingsModule,
  MoveRowsModule,
  ResizeColumnsModule,
  SelectRangeModule,
  Tabulator,
} from "tabulator-tables";

import { copied, pasted } from "./blocks.js";
import { columnsOf, groupsOf, numberColumn } from "./columns.js";
import { Finding } from "./finding.js";
import { Marks } from "./marks.js";
import { Offers } from "./offers.js";
import { applied } from "./operations.js";
import { nameRoles } from "./roles.js";
import { keepInView } from "./scrolling.js";

Tabulator.registerModule([
  EditModule,
  FilterModule,
  FormatModule,
  FrozenColumnsModule,
  GroupRowsModule,
  InteractionModule,
  KeybindingsModule,
  MoveRowsModule,
  ResizeColumnsModule,
  SelectRangeModule,
]);

export class Grid {
  /** `groups` gives the columns as the library takes them. */
  constructor(page, draft, side, notices, groups = groupsOf) {
    this.page = page;
    this.place = page.querySelector("[data-grid]");
    this.draft = draft;
    this.side = side;
    this.groups = groups;
    this.offers = new Offers(draft);
    this.marks = new Marks(this);
    this.finding = new Finding(this);
    draft.onAnswer = (answer) => this.take(answer);
    draft.onRefused = (cell, message) => notices.alarm(this.marks.refuse(cell, message));
    draft.onClash = () => notices.clashes(draft, this);
    side.onProblems = (marks) => this.marks.found(marks);
    notices.numbers = () => new Map(this.records.map((record) => [record.id, record.n]));
    notices.onCompany = (people) => this.marks.meet(people);
  }

  async open() {
    const table = await this.draft.read();
    this.columns = columnsOf(table);
    this.fields = new Map(this.columns.map((column) => [column.id, column.field]));
    this.records = table.rows.map(toRecord);
    const adopted = this.draft.mayEdit && (await this.draft.adopt(this.records, this.fields));
    this.applyPending();
    this.table = new Tabulator(this.place, {
      data: this.records,
      index: "id",
      height: "100%",
      rowHeight: 30,
      renderVertical: "virtual",
      layout: "fitDataFill",
      placeholder: this.draft.mayEdit
        ? "No rows yet. Add the first with Ctrl Enter, or paste a block from a spreadsheet."
        : "No rows yet.",
      rowHeader: numberColumn(this),
      columns: this.groups(this),
      rowFormatter: (row) => this.marks.dress(row),
      columnDefaults: { resizable: "header", minWidth: 70, maxInitialWidth: 320 },
      selectableRange: 1,
      selectableRangeColumns: true,
      selectableRangeRows: true,
      selectableRangeClearCells: false,
      editTriggerEvent: "dblclick",
      movableRows: this.draft.mayEdit,
    });
    await new Promise((done) => this.table.on("tableBuilt", done));
    keepInView(this.place, this.table.modules.selectRange);
    nameRoles(this.place, this.records.length);
    const [first] = this.shown();
    if (first) this.choose(first, first, 0, 0);
    this.listen();
    this.side.problemsLater();
    if (adopted) this.draft.send();
  }

  listen() {
    this.table.on("cellEdited", (cell) => this.edited(cell));
    for (const end of ["cellEdited", "cellEditCancelled"])
      this.table.on(end, () => setTimeout(() => this.late && this.show()));
    this.table.on("rangeChanged", () => this.read());
    this.table.on("rowMoved", (row) => this.moved(row));
    this.table.on("dataFiltered", () => setTimeout(() => this.finding.tell()));
    // Browsers send these to the body when no field has the focus.
    document.addEventListener("copy", (event) => this.holdsFocus() && copied(event, this));
    if (!this.draft.mayEdit) return;
    document.addEventListener("paste", (event) => this.holdsFocus() && pasted(event, this));
    document.addEventListener("cut", (event) => {
      if (!this.holdsFocus()) return;
      copied(event, this);
      this.clear();
    });
  }

  /** Whether the keyboard is in the grid, and not in a field of it. */
  holdsFocus() {
    const focused = document.activeElement;
    return this.place.contains(focused) && !focused.matches("input, textarea, select");
  }

  focus() {
    this.place.querySelector(".tabulator-tableholder").focus({ preventScroll: true });
  }

  // What the table holds

  /** A cell that somebody typed, on its way to the server. */
  edited(cell) {
    const { id } = cell.getData();
    const column = this.columns[Number(cell.getField().slice(1))];
    this.marks.refused.delete(`${id} ${column.field}`);
    this.draft.cells([[id, column.id, String(cell.getValue() ?? "")]]);
  }

  /** Change many cells at once: [[record, column number, text]]. */
  change(changes) {
    const cells = [];
    for (const [record, at, text] of changes) {
      const column = this.columns[at];
      if (!column || record[column.field] === text) continue;
      record[column.field] = text;
      this.marks.refused.delete(`${record.id} ${column.field}`);
      cells.push([record.id, column.id, text]);
    }
    if (!cells.length) return;
    this.redraw();
    this.draft.cells(cells);
  }

  /** Do an operation on rows here at once, and on the server. */
  act(operation) {
    this.records = applied(this.records, operation, this);
    this.show();
    this.draft.operation(operation);
  }

  record(row) {
    return toRecord(Array.isArray(row) ? row : [row.id, row.inputs, row.outputs, row.annotations]);
  }

  /** What the server answered: rows as they are now, and their order where it changed. */
  async take(answer) {
    if (answer.reload === true) return this.leave();
    if (answer.reload) {
      const table = await this.draft.read();
      return this.replace(table.rows);
    }
    const known = new Map(this.records.map((record) => [record.id, record]));
    for (const row of answer.rows) {
      const fresh = toRecord(row);
      if (known.has(fresh.id)) Object.assign(known.get(fresh.id), fresh);
      else known.set(fresh.id, fresh);
    }
    if (answer.order) {
      this.records = answer.order.map((id) => known.get(id));
      if (this.records.some((record) => !record)) return this.take({ reload: "rows" });
    }
    this.settle();
  }

  replace(rows) {
    this.records = rows.map(toRecord);
    this.settle();
  }

  put(records) {
    const known = new Map(this.records.map((record) => [record.id, record]));
    for (const values of records) if (known.has(values.id)) Object.assign(known.get(values.id), values);
    this.redraw();
  }

  settle() {
    this.applyPending();
    this.show();
    this.side.problemsLater();
    this.read();
  }

  /** What was typed while an answer was on its way stays what is shown. */
  applyPending() {
    for (const operation of this.draft.pending())
      this.records = applied(this.records, operation, this);
    for (const [place, { text }] of this.marks.refused) {
      const [id, field] = place.split(" ");
      const record = this.records.find((one) => one.id === id);
      if (record) record[field] = text;
    }
    this.records.forEach((record, at) => (record.n = at + 1));
  }

  /** Columns changed: the page starts again, but not under somebody's hands. */
  leave() {
    if (this.editing()) this.leaving = true;
    else window.location.reload();
  }

  editing() {
    return Boolean(this.table.modules.edit.currentCell);
  }

  /** Lay the table out anew; what is selected stays. */
  lay() {
    const [block, at] = [this.block(), this.active()];
    this.table.redraw(true);
    this.selectAgain(block, at);
  }

  /** Show the records; where rows came, went or moved, only when nobody types. */
  show() {
    this.late = false;
    if (this.leaving && !this.editing()) return window.location.reload();
    this.records.forEach((record, at) => (record.n = at + 1));
    const rows = this.table.rowManager.rows;
    const same =
      rows.length === this.records.length && rows.every((row, at) => row.data === this.records[at]);
    if (same || this.editing()) {
      this.late = !same;
      return this.redraw();
    }
    const block = this.block();
    const at = this.active();
    this.table.replaceData(this.records).then(() => this.selectAgain(block, at));
    this.place.setAttribute("aria-rowcount", String(this.records.length + 1));
  }

  /** After rows moved: the same cells are selected, or the new row, or what stands there now. */
  selectAgain(block, at) {
    const shown = this.shown();
    const places = new Map(shown.map((row, place) => [row.data.id, place]));
    const wanted = places.get(this.selectLater);
    this.selectLater = undefined;
    if (wanted !== undefined) return this.select(wanted, at?.column ?? 0);
    if (!block) return;
    const first = places.get(block.rows[0].id);
    const last = places.get(block.rows.at(-1).id);
    if (first === undefined || last === undefined)
      return this.select(Math.min(at.row, shown.length - 1), at.column);
    this.choose(shown[first], shown[last], block.columns[0], block.columns.at(-1));
  }

  /** Draw again what is on screen and no longer true; `all` where more than texts changed. */
  redraw(all = false) {
    for (const row of this.table.rowManager.getVisibleRows(true)) {
      if (row.type !== "row") continue;
      for (const cell of row.cells ?? []) {
        const field = cell.column.getField();
        if (!cell.element || cell.element.matches(".tabulator-editing")) continue;
        const value = row.data[field];
        const drawn = field?.startsWith("c") ? this.marks.of(row.data.id, field).mark : "";
        const texts = field?.startsWith("c") || field === "n";
        const fresh = texts && cell.value === value && (cell.element.dataset.drawn ?? "") === drawn;
        if (fresh && !all) continue;
        cell.value = value;
        cell._generateContents();
      }
      if (all && row.element) this.marks.dress(row.getComponent());
    }
  }

  // Where the person is

  /** The rows on screen and beyond it, in their order, without groups and what is filtered out. */
  shown() {
    return this.table.rowManager.getDisplayRows().filter((row) => row.type === "row");
  }

  /** The selected block: rows and columns from and to, both included. */
  block() {
    const range = this.table.getRanges()[0];
    if (!range) return null;
    const rows = range.getRows().map((row) => row.getData());
    const columns = range
      .getColumns()
      .map((column) => column.getField())
      .filter((field) => /^c\d+$/.test(field ?? ""))
      .map((field) => Number(field.slice(1)));
    const records = rows.filter((record) => record.id);
    return records.length ? { rows: records, columns } : null;
  }

  chosen() {
    return this.block()?.rows[0];
  }

  active() {
    const block = this.block();
    if (!block) return null;
    const row = this.shown().findIndex((one) => one.data.id === block.rows[0].id);
    return { row, column: block.columns[0] ?? 0 };
  }

  select(at, column = 0) {
    const row = this.shown()[at];
    if (!row) return;
    this.table.scrollToRow(row.getComponent(), "nearest", false).catch(() => {});
    this.choose(row, row, column, column);
    this.focus();
  }

  choose(first, last, left, right) {
    const cell = (row, column) => row.getComponent().getCell(`c${column}`);
    const [from, to] = [cell(first, left), cell(last, right)];
    if (from && to) this.table.getRanges()[0]?.setBounds(from, to);
  }

  /** One cell on, as an arrow key would. */
  go(direction) {
    this.focus();
    this.table.modules.selectRange.navigate(false, false, direction);
  }

  read() {
    const record = this.chosen();
    // A row that the server does not know yet is read when it does.
    if (record && !this.unknown(record.id)) this.side.sentence(this.draft, record.id, record.n);
  }

  /** Whether a row is on its way to the server, which does not know it yet. */
  unknown(id) {
    return this.draft
      .pending()
      .some(({ op, rows }) => op === "insert_rows" && rows.some((row) => row.id === id));
  }

  // Acts

  clear() {
    const block = this.block();
    if (!block) return;
    const emptied = (record) => block.columns.map((at) => [record, at, this.columns[at].empty]);
    this.change(block.rows.flatMap(emptied));
  }

  fillDown() {
    const block = this.block();
    if (!block) return;
    let [first, ...others] = block.rows;
    if (!others.length) {
      // As in a spreadsheet: one row alone is filled from the row above it.
      const above = this.shown()[this.active().row - 1];
      if (!above) return;
      [first, others] = [above.data, [first]];
    }
    const filled = (record) => block.columns.map((at) => [record, at, first[this.columns[at].field]]);
    this.change(others.flatMap(filled));
  }

  moved(row) {
    const next = row.getNextRow();
    const operation = {
      op: "move_rows",
      rows: [row.getData().id],
      before: next ? next.getData().id : null,
    };
    this.act(operation);
  }
}

/** A row of the server as a record of the grid. */
export function toRecord([id, inputs, outputs, annotations]) {
  const record = { id };
  [...inputs, ...outputs, ...annotations].forEach((text, at) => {
    record[`c${at}`] = text;
  });
  return record;
}
