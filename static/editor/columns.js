// The columns of the grid: number and comments, life, If, Then, Notes.

import { format, formatHits, formatNumber, formatOverturned } from "./cells.js";
import { element } from "./elements.js";
import { entry } from "./entry.js";

const SECTIONS = [
  ["If", "inputs"],
  ["Then", "outputs"],
  ["Notes", "annotations"],
];

/** What is known of each column, in order: {id, field, label, section, type, allowed, empty, text}. */
export function columnsOf(table) {
  const columns = [];
  for (const [section, name] of SECTIONS) {
    table[name].forEach((clause, at) => {
      const named = typeof clause === "string";
      const known = named ? { id: `annotation:${at}`, label: clause } : clause;
      const empty = section === "If" ? "-" : "";
      columns.push({ ...known, section, empty, field: `c${columns.length}` });
    });
  }
  return columns;
}

/** The groups of columns as the library takes them. */
export function groupsOf(grid) {
  const life = (title, field, formatter, width) => {
    const look = { cssClass: "ed-life", hozAlign: "right", resizable: false };
    return { title, field, formatter, width, minWidth: width, ...look };
  };
  const groups = [
    {
      title: "Last 30 days",
      cssClass: "ed-lives",
      columns: [
        life("Hits", "hits", formatHits(grid), 90),
        life("Overturned", "overturned", formatOverturned(grid), 88),
      ],
    },
  ];
  for (const [section] of SECTIONS) {
    const columns = grid.columns.filter((column) => column.section === section);
    if (!columns.length) continue;
    const looks = columns.map((column, at) => ({
      ...lookOf(grid, column),
      cssClass: at ? "" : "ed-first",
    }));
    groups.push({ title: section, cssClass: "ed-then", columns: looks });
  }
  return groups;
}

/** A column of cells that people type, as the library takes it. */
export function lookOf(grid, column) {
  return {
    title: column.label,
    field: column.field,
    titleFormatter: () => titled(grid, column),
    formatter: format(grid),
    editor: entry(grid, column),
    editable: () => grid.draft.mayEdit,
  };
}

export function numberColumn(grid) {
  return {
    formatter: formatNumber(grid),
    field: "n",
    title: "Row",
    width: 60,
    minWidth: 60,
    frozen: true,
    resizable: false,
    rowHandle: grid.draft.mayEdit,
    hozAlign: "right",
    cssClass: "ed-no",
  };
}

/** The name of a column, and under it the field that filters by it. */
function titled(grid, column) {
  const filter = element("input", {
    class: "ed-filter",
    type: "search",
    size: "1",
    "aria-label": `Filter ${column.label}`,
    placeholder: "Filter",
  });
  filter.addEventListener("input", () => grid.finding.filter(column.field, filter.value));
  // The library would take these as a choice of the column.
  for (const kind of ["mousedown", "mousemove", "click", "keydown"])
    filter.addEventListener(kind, (event) => {
      event.stopPropagation();
      if (event.key === "Enter") grid.select(0);
    });
  const name = element("span", { class: "ed-name", title: column.label }, column.label);
  if (column.note) name.append(element("span", { class: "ed-note" }, ` ${column.note}`));
  return element("span", {}, name, filter);
}
