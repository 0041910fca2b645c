"use strict";
(() => {
  const query = document.getElementById("query");
  if (!query) return;
  const stage = document.getElementById("stage");
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const samples = [...document.querySelectorAll(".sample")].map((node) => ({
    node,
    stage: node.dataset.stage,
    text: node.textContent.normalize("NFKC").toLowerCase(),
  }));
  const shown = () => samples.filter((sample) => !sample.node.hidden).map((sample) => sample.node);
  const filter = () => {
    const words = query.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    for (const sample of samples) {
      const fits = (!stage.value || sample.stage === stage.value) && words.every((word) => sample.text.includes(word));
      sample.node.hidden = !fits;
    }
    const left = shown().length;
    count.textContent = left === 1 ? "1 sample" : `${left} samples`;
    nothing.hidden = left > 0;
  };
  query.addEventListener("input", filter);
  stage.addEventListener("change", filter);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "Escape" && typing) {
      query.value = "";
      filter();
      query.blur();
    } else if (typing) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      query.focus();
    } else if (event.key === "j" || event.key === "k") {
      const nodes = shown();
      const at = nodes.indexOf(document.activeElement.closest(".sample"));
      const next = event.key === "j" ? at + 1 : at < 0 ? nodes.length - 1 : at - 1;
      if (nodes[next]) {
        nodes[next].focus();
        nodes[next].scrollIntoView({ block: "start" });
      }
    }
  });
})();
