// Keeps head, rows and the selected cell together, where the library does not.

export function keepInView(place, ranges) {
  const [head, body] = ["header-contents", "tableholder"].map((part) =>
    place.querySelector(`.tabulator-${part}`),
  );
  // A field in the head that gets the focus scrolls the head alone.
  head.addEventListener("scroll", () => (body.scrollLeft = head.scrollLeft));
  // The second press of a double click would choose the cell again, and lay out the page for it.
  const again = (event) => event.detail === 2 && event.target.closest(".tabulator-cell:not(.ed-no)");
  place.addEventListener("mousedown", (event) => again(event) && event.stopPropagation(), true);
  // The library selects the text of a cell that gets the focus, and lays the page out for it.
  ranges.initializeFocus = () => ranges.restoreFocus();
  // It takes the place of a column in its group for its place in the table.
  ranges.autoScroll = (range, row, column) => {
    const rowPlace = row ?? ranges.getRowByRangePos(range.end.row).getElement();
    const columnPlace = column ?? ranges.getColumnByRangePos(range.end.col).getElement();
    const view = body.getBoundingClientRect();
    const across = columnPlace.getBoundingClientRect();
    const down = rowPlace.getBoundingClientRect();
    const left = view.left + ranges.getRowHeaderWidth();
    body.scrollLeft += missing(across.left - left, across.right - view.left - body.clientWidth);
    body.scrollTop += missing(down.top - view.top, down.bottom - view.top - body.clientHeight);
  };
}

/** How far to scroll: back to the start, or on to the end, but never past the start. */
function missing(start, end) {
  if (start < 0) return start;
  return end > 0 ? Math.min(end, start) : 0;
}
