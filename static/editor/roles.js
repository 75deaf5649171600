// The library's roles are not all ARIA's (WAI-ARIA 1.2): a grid has groups of rows of cells.

export function nameRoles(place, rows) {
  const give = (selector, role) => {
    for (const part of place.querySelectorAll(selector)) {
      part.setAttribute("role", role);
      part.removeAttribute("aria-title");
      part.removeAttribute("aria-sort");
    }
  };
  place.setAttribute("role", "grid");
  place.setAttribute("aria-rowcount", String(rows + 1));
  give(".tabulator-header, .tabulator-tableholder", "rowgroup");
  give(".tabulator-headers", "row");
  give(".tabulator-col", "columnheader");
  give(
    ".tabulator-header-contents, .tabulator-col-group, .tabulator-col-group-cols, .tabulator-table",
    "presentation",
  );
  place.querySelector(".tabulator-header").removeAttribute("tabindex");
}
