// Looks every few seconds what the other authors did, while the page is seen.

const EVERY = 4000;
const COUNTS = 8; // Looks between two counts of comments.

export function watch(grid, draft, comments) {
  let timer = 0;
  let looks = 0;
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden || draft.halted) return;
    // What is on its way brings the others' rows itself.
    if (!draft.pending().length && !draft.failures) {
      const news = await draft.look(grid.chosen()?.id ?? "");
      if (news?.by?.length) grid.side.say(`${news.by.join(", ")} changed this draft`);
      looks += 1;
      if (looks % COUNTS === 0) comments.count();
    } else if (draft.failures && !draft.pending().length) await draft.look("");
    timer = setTimeout(look, EVERY);
  };
  document.addEventListener("visibilitychange", look);
  look();
}
