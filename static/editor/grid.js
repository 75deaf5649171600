// The grid: a virtual table of rows whose fields are cells, c0, c1, … in the order of the columns.

import {
  ClipboardModule,
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
import { format } from "./cells.js";

Tabulator.registerModule([
  ClipboardModule,
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
  constructor(page, draft, side) {
    this.page = page;
    this.place = page.querySelector("[data-grid]");
    this.draft = draft;
    this.side = side;
    this.problems = new Map();
    draft.onAnswer = (answer) => this.take(answer);
    side.onProblems = (marks) => this.mark(marks);
  }

  async open() {
    this.columns = [];
    const table = await this.draft.read();
    const sections = [
      ["If", table.inputs],
      ["Then", table.outputs],
      ["Notes", table.annotations.map((label, at) => ({ id: `annotation:${at}`, label, type: "Any" }))],
    ];
    const groups = sections
      .filter(([, clauses]) => clauses.length)
      .map(([title, clauses], at) => ({
        title,
        cssClass: at ? "ed-then" : "ed-if",
        columns: clauses.map((clause, place) => this.column(clause, title, place)),
      }));
    this.rows = table.rows.map(toRecord);
    this.table = new Tabulator(this.place, {
      data: this.rows,
      index: "id",
      height: "100%",
      rowHeight: 30,
      renderVertical: "virtual",
      layout: "fitDataFill",
      placeholder: "No rows yet. Add one with Ctrl Enter.",
      rowHeader: {
        formatter: "rownum",
        field: "number",
        title: "Row",
        width: 46,
        minWidth: 46,
        frozen: true,
        resizable: false,
        rowHandle: this.draft.mayEdit,
        hozAlign: "right",
        cssClass: "ed-no",
      },
      columns: groups,
      columnDefaults: { resizable: "header", minWidth: 70, maxInitialWidth: 320 },
      selectableRange: 1,
      selectableRangeColumns: true,
      selectableRangeRows: true,
      selectableRangeClearCells: false,
      editTriggerEvent: "dblclick",
      movableRows: this.draft.mayEdit,
      clipboard: false,
    });
    await new Promise((done) => this.table.on("tableBuilt", done));
    this.nameRoles();
    this.table.on("cellEdited", (cell) => this.edited([cell]));
    this.table.on("rangeChanged", () => this.read());
    this.side.problemsLater();
    this.table.on("rowMoved", (row) => {
      const next = row.getNextRow();
      this.draft.operation({
        op: "move_rows",
        rows: [row.getData().id],
        before: next ? next.getData().id : null,
      });
    });
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

  /** The library's roles are not all ARIA's (WAI-ARIA 1.2): a grid has groups of rows of cells. */
  nameRoles() {
    const give = (selector, role) => {
      for (const part of this.place.querySelectorAll(selector)) {
        part.setAttribute("role", role);
        part.removeAttribute("aria-title");
        part.removeAttribute("aria-sort");
      }
    };
    this.place.setAttribute("role", "grid");
    this.place.setAttribute("aria-rowcount", String(this.rows.length + 1));
    give(".tabulator-header, .tabulator-tableholder", "rowgroup");
    give(".tabulator-headers", "row");
    give(".tabulator-col", "columnheader");
    give(
      ".tabulator-header-contents, .tabulator-col-group, .tabulator-col-group-cols, .tabulator-table",
      "presentation",
    );
    this.place.querySelector(".tabulator-header").removeAttribute("tabindex");
  }

  column(clause, section, place) {
    const field = `c${this.columns.length}`;
    this.columns.push({ id: clause.id, field, label: clause.label, section, empty: section === "If" ? "-" : "" });
    const list = clause.allowed?.length
      ? {
          editor: "list",
          editorParams: {
            values: section === "If" ? ["-", ...clause.allowed] : clause.allowed,
            autocomplete: true,
            freetext: true,
            allowEmpty: true,
            listOnEmpty: true,
          },
        }
      : { editor: "input" };
    return {
      title: clause.label,
      field,
      formatter: format(this),
      cssClass: section === "If" ? "" : place ? "" : "ed-first",
      editable: () => this.draft.mayEdit,
      ...list,
    };
  }

  /** Cells that a person changed, on their way to the server. */
  edited(cells) {
    this.draft.cells(
      cells.map((cell) => [
        cell.getRow().getData().id,
        this.columns[Number(cell.getField().slice(1))].id,
        String(cell.getValue() ?? ""),
      ]),
    );
  }

  /** Change many cells at once: [[record, column number, text]]. */
  change(changes) {
    const touched = new Map();
    const cells = [];
    for (const [record, column, text] of changes) {
      const known = this.columns[column];
      if (!known || record[known.field] === text) continue;
      touched.set(record.id, { ...touched.get(record.id), id: record.id, [known.field]: text });
      cells.push([record.id, known.id, text]);
    }
    if (!cells.length) return;
    this.put([...touched.values()]);
    this.draft.cells(cells);
  }

  /** Put values into records; rows on screen are drawn again, the others when they come. */
  put(records) {
    const rows = new Map(this.table.rowManager.rows.map((row) => [row.data.id, row]));
    for (const values of records) {
      const row = rows.get(values.id);
      if (row) Object.assign(row.data, values);
    }
    this.redraw();
  }

  /** Draw again what is on screen and no longer true. */
  redraw() {
    for (const row of this.table.rowManager.getVisibleRows(true)) {
      if (row.type !== "row") continue;
      for (const cell of row.cells ?? []) {
        const field = cell.column.getField();
        const value = row.data[field];
        const drawn = cell.element?.dataset.drawn;
        if (!field?.startsWith("c") || !cell.element || cell.element.matches(".tabulator-editing")) continue;
        const problem = this.problems.get(`${row.data.id} ${field}`) ?? "";
        if (cell.value === value && drawn === problem) continue;
        cell.value = value;
        cell._generateContents();
      }
    }
  }

  /** What the server answered: rows as they are now, and their order where it changed. */
  async take(answer) {
    if (answer.reload) {
      if (answer.reload !== "rows") return window.location.reload();
      const table = await this.draft.read();
      return this.replace(table.rows.map(toRecord));
    }
    if (answer.order) {
      const known = new Map(this.table.rowManager.rows.map((row) => [row.data.id, row.data]));
      for (const row of answer.rows) known.set(row[0], toRecord(row));
      const wanted = answer.order.map((id) => known.get(id));
      const now = this.table.rowManager.rows.map((row) => row.data.id);
      if (wanted.some((row) => !row)) return this.take({ reload: "rows" });
      if (now.join() !== answer.order.join()) await this.replace(wanted);
      else this.put(answer.rows.map(toRecord));
    } else {
      this.put(answer.rows.map(toRecord));
    }
    this.putPending();
    this.side.problemsLater();
    this.read();
  }

  /** What was typed while the answer was on its way stays what is shown. */
  putPending() {
    const fields = new Map(this.columns.map((column) => [column.id, column.field]));
    const cells = this.draft.waiting.flatMap((operation) => operation.cells ?? []);
    this.put(cells.map(([id, column, text]) => ({ id, [fields.get(column)]: text })));
  }

  async replace(records) {
    const at = this.active();
    await this.table.replaceData(records);
    const wanted = records.findIndex((record) => record.id === this.selectLater);
    this.selectLater = undefined;
    if (wanted >= 0) this.select(wanted, at?.column);
    else if (at) this.select(Math.min(at.row, records.length - 1), at.column);
    this.side.problemsLater();
  }

  mark(marks) {
    this.problems = new Map();
    const rows = this.table.rowManager.rows;
    for (const { row, column, severity } of marks) {
      const field = this.columns.find((one) => one.label === column)?.field;
      const record = rows[row - 1]?.data;
      if (record && field) this.problems.set(`${record.id} ${field}`, severity);
    }
    this.redraw();
  }

  // Where the person is

  /** The selected block: rows and columns from and to, both included. */
  block() {
    const range = this.table.getRanges()[0];
    if (!range) return null;
    const rows = range.getRows().map((row) => row.getData());
    const fields = range.getColumns().map((column) => column.getField());
    const columns = fields.map((field) => Number(field?.slice(1))).filter((n) => !Number.isNaN(n));
    return rows.length && columns.length ? { rows, columns } : null;
  }

  active() {
    const block = this.block();
    if (!block) return null;
    const rows = this.table.rowManager.rows;
    return { row: rows.findIndex((one) => one.data.id === block.rows[0].id), column: block.columns[0] };
  }

  select(row, column = 0) {
    const wanted = this.table.rowManager.rows[row];
    if (!wanted) return;
    const component = wanted.getComponent();
    this.table.scrollToRow(component, "nearest", false).catch(() => {});
    const cell = component.getCell(`c${column}`);
    if (!cell) return;
    this.table.getRanges()[0]?.setBounds(cell, cell);
    this.place.focus({ preventScroll: true });
  }

  read() {
    const block = this.block();
    if (block) this.side.sentence(this.draft, block.rows[0].id, this.active().row + 1);
  }

  // Acts on rows

  clear() {
    const block = this.block();
    if (!block) return;
    const changes = block.rows.flatMap((record) =>
      block.columns.map((column) => [record, column, this.columns[column].empty]),
    );
    this.change(changes);
  }

  fillDown() {
    const block = this.block();
    if (!block) return;
    const [first, ...others] = block.rows;
    this.change(
      others.flatMap((record) =>
        block.columns.map((column) => [record, column, first[this.columns[column].field]]),
      ),
    );
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
