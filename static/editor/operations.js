// Operations on rows and cells, as they travel: what they touch, how they part, what they do here.

import { newWord } from "./kept.js";

/** An id for a new row that no other page makes. */
export function newId() {
  return `row_${newWord()}`;
}

/** The ids that an operation would change where others have changed them too. */
export function touches({ op, cells, rows, table }) {
  if (op === "cells") return cells.map(([row]) => row);
  if (op === "insert_rows") return [];
  return op === "remove_rows" || op === "move_rows" ? rows : [table];
}

/** Part operations into what touches some ids and the rest; cells part row by row. */
export function parted(operations, ids) {
  const within = [];
  const rest = [];
  for (const operation of operations) {
    if (operation.op === "cells") {
      const hit = operation.cells.filter(([row]) => ids.has(row));
      const other = operation.cells.filter(([row]) => !ids.has(row));
      if (hit.length) within.push({ ...operation, cells: hit });
      if (other.length) rest.push({ ...operation, cells: other });
    } else (touches(operation).some((id) => ids.has(id)) ? within : rest).push(operation);
  }
  return [within, rest];
}

/** Cells operations taken apart: one for each row. */
export function byRow(operations) {
  return operations.flatMap((one) => {
    if (one.op !== "cells") return [one];
    const rows = Map.groupBy(one.cells, ([row]) => row);
    return [...rows.values()].map((cells) => ({ ...one, cells }));
  });
}

/** How many edits operations are, for people. */
export function edits(operations) {
  return operations.reduce((sum, { op, cells, rows }) => {
    return sum + (op === "cells" ? cells.length : (rows?.length ?? 1));
  }, 0);
}

/** The texts that would be lost with operations. */
export function textsOf(operations) {
  return operations.flatMap(({ cells, rows, op }) =>
    op === "insert_rows"
      ? rows.map((row) => [...row.inputs, ...row.outputs].join(", "))
      : (cells ?? []).map((cell) => cell[2]),
  );
}

/** Do an operation on records at once, as the server will do it; gives their new list. */
export function applied(records, operation, { fields, record }) {
  const { op, cells, rows, before } = operation;
  const known = new Map(records.map((one) => [one.id, one]));
  if (op === "cells") {
    for (const [row, column, text] of cells)
      if (known.has(row)) known.get(row)[fields.get(column)] = text;
    return records;
  }
  const at = (list) => {
    const place = list.findIndex((one) => one.id === before);
    return place < 0 ? list.length : place;
  };
  if (op === "insert_rows") {
    const fresh = rows.filter((row) => !known.has(row.id)).map(record);
    return fresh.length ? records.toSpliced(at(records), 0, ...fresh) : records;
  }
  const named = new Set(rows);
  const staying = records.filter((one) => !named.has(one.id));
  if (op === "remove_rows") return staying;
  if (op !== "move_rows") return records;
  const moving = records.filter((one) => named.has(one.id));
  return staying.toSpliced(at(staying), 0, ...moving);
}

/** What of operations the server does not have yet: a page may die between saving and hearing so. */
export function missing(operations, records, fields) {
  const known = new Map(records.map((one) => [one.id, one]));
  return operations
    .map((one) => {
      if (one.op === "cells") {
        const differs = ([row, column, text]) => known.get(row)?.[fields.get(column)] !== text;
        return { ...one, cells: one.cells.filter(differs) };
      }
      if (one.op === "insert_rows") return { ...one, rows: one.rows.filter((row) => !known.has(row.id)) };
      if (one.op === "hit_policy") return one;
      return { ...one, rows: one.rows.filter((row) => known.has(row)) };
    })
    .filter((one) => (one.cells ?? one.rows ?? [one]).length);
}
