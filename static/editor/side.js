// What stands around the grid: the row in words, what is wrong.

const PAUSE = 120;

export class Side {
  constructor(page) {
    this.page = page;
    this.marks = [];
    this.onProblems = () => {};
  }

  part(name) {
    return document.querySelector(`[data-${name}]`);
  }

  say(words) {
    document.getElementById("say").textContent = words;
    const place = this.part("found");
    if (place) place.textContent = words;
  }

  /** Show a row as a sentence, when the selection has come to rest. */
  sentence(draft, row, number) {
    clearTimeout(this.reading);
    this.reading = setTimeout(async () => {
      const base = `${draft.base}tables/${encodeURIComponent(draft.table)}`;
      const answer = await fetch(`${base}/reading?row=${encodeURIComponent(row)}`).catch(() => null);
      if (!answer?.ok) return;
      const { sentence } = await answer.json();
      this.part("row-number").textContent = `Row ${number}`;
      this.part("sentence").textContent = sentence;
    }, PAUSE);
  }

  problemsLater() {
    clearTimeout(this.checking);
    this.checking = setTimeout(() => this.check(), 400);
  }

  async check() {
    const place = this.part("problems");
    const answer = await fetch(place.dataset.problems).catch(() => null);
    if (!answer?.ok) return;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...read.body.childNodes);
    this.readProblems();
    this.onProblems(this.marks);
  }

  readProblems() {
    this.marks = [...this.page.querySelectorAll("[data-problem]")].flatMap((place) => {
      const { rows, columns, severity } = place.dataset;
      return rows
        .split(" ")
        .filter(Boolean)
        .flatMap((row) =>
          columns.split("\u001f").map((column) => ({ row: Number(row), column, severity })),
        );
    });
  }

  /** Go to the next cell with a problem. */
  next(grid) {
    if (!this.marks.length) return;
    this.at = ((this.at ?? -1) + 1) % this.marks.length;
    const { row, column } = this.marks[this.at];
    const place = grid.columns.findIndex((one) => one.label === column);
    const at = grid.shown().findIndex((one) => one.data.n === row);
    grid.select(at, Math.max(place, 0));
  }
}
