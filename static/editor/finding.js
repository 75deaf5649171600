// Narrows the rows: by a text anywhere, and by texts in columns.

export class Finding {
  constructor(grid) {
    this.grid = grid;
    this.filters = new Map();
    this.wanted = "";
  }

  filter(field, text) {
    if (text.trim()) this.filters.set(field, text.trim().toLowerCase());
    else this.filters.delete(field);
    this.look();
  }

  find(text) {
    this.wanted = text.trim().toLowerCase();
    this.look();
  }

  clearFilters() {
    this.filters.clear();
    this.look();
  }

  look() {
    const { table, columns } = this.grid;
    if (!this.narrows()) return table.clearFilter(true);
    const holds = (record, field, text) => (record[field] ?? "").toLowerCase().includes(text);
    table.setFilter(
      (record) =>
        [...this.filters].every(([field, text]) => holds(record, field, text)) &&
        (!this.wanted || columns.some(({ field }) => holds(record, field, this.wanted))),
    );
  }

  narrows() {
    return this.wanted !== "" || this.filters.size > 0;
  }

  tell() {
    const { side, shown, records } = this.grid;
    side.say(this.narrows() ? `${shown.call(this.grid).length} of ${records.length} rows` : "");
  }
}
