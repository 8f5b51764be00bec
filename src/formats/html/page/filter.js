"use strict";
// The filter of the findings. Without it the page shows all of them.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const field = form.elements;
  const output = form.querySelector("output");
  const grades = [...document.querySelectorAll("#findings .grade")].map((section) => ({
    section,
    state: section.firstElementChild.id.slice("grade-".length),
    cards: [...section.querySelectorAll(".finding")].map((element) => ({
      element,
      state: element.classList[1],
      controls: element.dataset.c.split(" "),
      owners: (element.dataset.o || "").split(" "),
      text: null,
      shown: true,
    })),
  }));
  const all = grades.reduce((sum, grade) => sum + grade.cards.length, 0);

  // `A.5.18` is of `A.5`, and `9.2.1` of `9`.
  const groupOf = (id) => id.split(".").slice(0, id.startsWith("A.") ? 2 : 1).join(".");
  const textOf = (card) => (card.text ??= card.element.textContent.toLowerCase());

  const fits = (card, wanted) =>
    (!wanted.grade || card.state === wanted.grade) &&
    (!wanted.control || card.controls.includes(wanted.control)) &&
    (!wanted.group || card.controls.some((id) => groupOf(id) === wanted.group)) &&
    (!wanted.owner || card.owners.includes(wanted.owner)) &&
    wanted.words.every((word) => textOf(card).includes(word));

  const show = (item, element, shown) => {
    if (item.shown === shown) return;
    item.shown = shown;
    element.classList.toggle("out", !shown);
  };

  const apply = () => {
    const wanted = {
      grade: field.grade.value,
      control: field.control.value,
      group: field.group.value,
      owner: field.owner ? field.owner.value : "",
      words: field.text.value.toLowerCase().split(/\s+/).filter(Boolean),
    };
    let number = 0;
    for (const grade of grades) {
      const before = number;
      for (const card of grade.cards) {
        const shown = fits(card, wanted);
        show(card, card.element, shown);
        if (shown) number += 1;
      }
      grade.section.classList.toggle("out", number === before);
    }
    const numbers = [number, all];
    output.textContent = output.dataset.pattern.replaceAll("{}", () => numbers.shift());
  };

  let waiting;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, event.target === field.text ? 150 : 0);
  });
  form.addEventListener("reset", () => setTimeout(apply, 0));
  form.addEventListener("submit", (event) => event.preventDefault());

  // Whoever follows a link to a finding wants to see it, whatever the filter says.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.closest(".out")) return;
    form.reset();
    apply();
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  form.hidden = false;
  apply();
})();
