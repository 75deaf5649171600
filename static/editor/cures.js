// Buttons beside a problem that mend it: their form says the operation, which goes through the
// draft like any other edit. Without script the form is sent as it is.

export function listenToCures(grid, draft) {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-cure]");
    if (!form) return;
    event.preventDefault();
    const operation = JSON.parse(form.dataset.cure);
    // The row that came or moved is where the person goes on.
    if (operation.op === "insert_rows") grid.selectLater = operation.rows[0].id;
    if (operation.op === "move_rows") grid.selectLater = operation.rows[0];
    draft.operation(operation);
  });
}
