// The grid of a reference table: stands in place of the fields of the form that saves it.

import { lookOf } from "./columns.js";
import { button, element, icon } from "./elements.js";
import { Grid } from "./grid.js";
import { listenToKeys } from "./keys.js";
import { Sheet } from "./sheet.js";
import { listenToTools } from "./tools.js";

const MOST_TOLD = 5;

export async function editReference(page) {
  const form = page.closest("form");
  const sheet = new Sheet(page.dataset);
  const side = new Faults(page);
  const grid = new Grid(page, sheet, side, {}, (made) => made.columns.map((column) => look(made, column)));
  side.grid = grid;
  try {
    await grid.open();
  } catch (error) {
    form.classList.add("is-plain");
    throw error;
  }
  sheet.onChange = (cells) => side.changed(cells);
  listenToKeys(page, grid, sheet);
  listenToTools(page, grid, sheet);
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=save]"));
  });
  // Before htmx, which would send the fields that the grid stands in for.
  document.addEventListener("submit", (event) => event.target === form && submit(event, form, sheet, side), true);
  page.dataset.ready = "yes";
}

function look(grid, column) {
  const number = column.type === "number";
  return { ...lookOf(grid, column), hozAlign: number ? "right" : "left", headerHozAlign: number ? "right" : "left" };
}

async function submit(event, form, sheet, side) {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (side.busy) return;
  side.busy = true;
  const { reason, effective_from } = Object.fromEntries(new FormData(form));
  side.state("Saving");
  const said = await sheet.send({ reason, effective_from }, event.submitter?.name === "try");
  side.busy = false;
  if (said.address) return window.location.assign(said.address);
  side.tell(said);
  tellFields(form, said.fields ?? {});
}

/** Put what is wrong with the reason or the moment at its field. */
function tellFields(form, faults) {
  for (const name of ["reason", "effective_from"]) {
    const field = form.elements[name];
    const place = field.closest(".field");
    place.querySelector(".field__error")?.remove();
    place.classList.toggle("field--error", Boolean(faults[name]));
    field.toggleAttribute("aria-invalid", false);
    if (!faults[name]) continue;
    field.setAttribute("aria-invalid", "true");
    const words = element("span", {}, faults[name].join(" "));
    const said = element("p", { class: "field__error", id: `${field.id}_error` }, icon("circle-alert", "icon icon--sm"), words);
    field.setAttribute("aria-describedby", said.id);
    place.append(said);
  }
  form.querySelector(".field--error :is(input, textarea)")?.focus();
}

/** What is wrong with cells, in words around the grid. */
class Faults {
  constructor(page) {
    this.page = page;
    this.found = [];
  }

  say(words) {
    document.getElementById("say").textContent = words;
    this.page.querySelector("[data-found]").textContent = words;
  }

  state(words, tone = "") {
    const place = this.page.querySelector("[data-state]");
    place.textContent = words;
    place.className = `small ${tone || "muted"}`;
  }

  problemsLater() {}

  /** The row that is chosen, and what is wrong in it. */
  sentence(_, id, number) {
    const words = this.found.filter((one) => one.id === id).map((one) => one.words);
    const place = this.page.querySelector("[data-row-words]");
    place.textContent = words.length ? `Row ${number}: ${words.join(" ")}` : "";
  }

  changed(cells) {
    const fields = this.grid.fields;
    const fixed = new Set(cells.map(([id, column]) => `${id} ${fields.get(column)}`));
    this.found = this.found.filter(({ place }) => !fixed.has(place));
    for (const place of fixed) this.grid.marks.problems.delete(place);
    this.grid.redraw();
    this.state(this.grid.draft.done.length ? "Not saved yet" : "");
  }

  /** What the server said against what was sent, at its cells. */
  tell({ message, cells = [] }) {
    const { grid } = this;
    this.state("Not saved", "bad");
    grid.marks.problems.clear();
    this.found = cells.flatMap(([number, column, words]) => {
      const [id, field] = [grid.records[number - 1]?.id, grid.fields.get(column)];
      return [{ id, field, number, words, place: `${id} ${field}` }];
    });
    for (const { id, field, words } of this.found)
      if (id && field) grid.marks.left(id, field, { message: words, severity: "error" });
    grid.redraw();
    const place = this.page.querySelector("[data-refused]");
    place.replaceChildren();
    if (!message) return;
    document.getElementById("alarm").textContent = message;
    const list = element("ul", { class: "list" });
    for (const one of this.found.slice(0, MOST_TOLD)) list.append(element("li", {}, this.link(one)));
    const more = this.found.length - MOST_TOLD;
    if (more > 0) list.append(element("li", {}, `${more} more: F8 goes from one to the next.`));
    const body = element("div", {}, element("p", {}, message), list);
    place.append(element("div", { class: "notice notice--bad" }, icon("octagon-alert"), body));
  }

  link(one) {
    const column = this.grid.columns.find(({ field }) => field === one.field);
    const where = one.number ? `Row ${one.number}${column ? `, ${column.label}` : ""}: ` : "";
    if (!one.id || !column) return `${where}${one.words}`;
    return button(`${where}${one.words}`, () => this.go(one), { class: "link" });
  }

  go({ id, field }) {
    const at = this.grid.shown().findIndex((row) => row.data.id === id);
    this.grid.select(at, Number(field.slice(1)));
  }

  next() {
    const marked = this.found.filter(({ id, field }) => id && field);
    if (!marked.length) return;
    this.at = ((this.at ?? -1) + 1) % marked.length;
    this.go(marked[this.at]);
  }
}
