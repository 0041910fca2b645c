"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const query = byId("query");
  if (!query) return;
  const stage = byId("stage");
  const all = byId("all");
  const samples = [...document.querySelectorAll(".sample")].map((node) => ({
    node,
    stage: node.dataset.stage,
    text: node.querySelector(".sides").textContent.concat(node.querySelector("header").textContent).normalize("NFKC").toLowerCase(),
  }));
  const part = document.querySelector(".part");
  const exact = part ? samples.findIndex((sample) => part.compareDocumentPosition(sample.node) & Node.DOCUMENT_POSITION_FOLLOWING) : 0;
  let chosen = null;
  const shown = () => samples.filter((sample) => !sample.node.hidden).map((sample) => sample.node);
  const filter = () => {
    const words = query.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    samples.forEach((sample, i) => {
      const fits = (!chosen || chosen.has(i + 1)) && (!stage.value || sample.stage === stage.value);
      sample.node.hidden = !(fits && words.every((word) => sample.text.includes(word)));
    });
    const left = shown().length;
    byId("count").textContent = (left === 1 ? "1 sample" : `${left} samples`) + (left < samples.length ? ` of ${samples.length}` : "");
    byId("nothing").hidden = left > 0;
    all.hidden = left === samples.length;
    if (part) part.hidden = samples.slice(exact).every((sample) => sample.node.hidden);
  };
  const clear = () => {
    chosen = null;
    query.value = stage.value = "";
    filter();
  };
  const show = (node) => {
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "start" });
  };
  document.querySelector(".filters").hidden = false;
  query.addEventListener("input", filter);
  stage.addEventListener("change", filter);
  all.addEventListener("click", clear);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-samples]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    clear();
    chosen = new Set(link.dataset.samples.split(" ").map(Number));
    filter();
    byId("samples").scrollIntoView({ block: "start" });
    shown()[0].focus({ preventScroll: true });
  });

  // What people say of the samples: counted as `dedupe evaluate` counts, and written as it reads.
  const data = byId("data") ? JSON.parse(byId("data").textContent) : null;
  const answers = data ? data.rows.map(() => null) : [];
  let unsaved = false;
  const wilson = (share, trials) => {
    if (trials <= 0) return [0, 1];
    const z = data.z;
    const middle = share + (z * z) / (2 * trials);
    const reach = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
    const scale = 1 + (z * z) / trials;
    return [share > 0 ? (middle - reach) / scale : 0, share < 1 ? (middle + reach) / scale : 1];
  };
  const precision = () => {
    const seen = data.head.strata.map(({ stage, level, removals: size }) => {
      const own = answers.filter((_, i) => data.rows[i].stage === stage && data.rows[i].level === level);
      const hits = own.filter((answer) => answer === "right").length;
      return { size, hits, trials: hits + own.filter((answer) => answer === "wrong").length };
    }).filter(({ size, trials }) => size && trials);
    const sum = (value) => seen.reduce((total, one) => total + value(one), 0);
    const whole = sum(({ size }) => size);
    if (!whole) return null;
    const share = sum(({ size, hits, trials }) => ((size / whole) * hits) / trials);
    const doubt = sum(({ size, trials }) => (((size / whole) ** 2 / trials) * (size - trials)) / Math.max(size - 1, 1));
    const [low, high] = doubt > 0 ? wilson(share, 1 / doubt) : [share, share];
    return { share, low, high, whole };
  };
  // Two places, ties to the even digit, as Python rounds.
  const percent = (share) => {
    const value = share * 100;
    const low = Math.floor(value * 100);
    return `${Math.abs(value * 8) % 2 === 1 ? ((low + (low % 2)) / 100).toFixed(2) : value.toFixed(2)}%`;
  };
  const tally = () => {
    const count = (answer) => answers.filter((own) => own === answer).length;
    const judged = answers.length - count(null);
    const total = data.head.strata.reduce((sum, { removals }) => sum + removals, 0);
    const told = precision();
    byId("tally").textContent =
      `${judged} of ${answers.length} judged: ${count("right")} right, ${count("wrong")} wrong, ${count("unsure")} unsure. ` +
      (told
        ? `Precision ${percent(told.share)} (${percent(told.low)} to ${percent(told.high)}) ` +
          `for ${told.whole.toLocaleString("en")} of ${total.toLocaleString("en")} removals.`
        : "Precision: not known yet.");
    byId("save").disabled = judged === 0;
  };
  const mark = (i, answer) => {
    answers[i] = answer;
    samples[i].node.dataset.answer = answer ?? "";
    for (const button of samples[i].node.querySelectorAll("[data-answer]"))
      button.setAttribute("aria-pressed", String(button.dataset.answer === answer));
  };
  const judge = (i, answer) => {
    mark(i, answers[i] === answer ? null : answer);
    unsaved = true;
    tally();
  };
  const lines = () => [data.head, ...data.rows.map((row, i) => ({ ...row, answer: answers[i] }))];
  const save = () => {
    const text = lines().map((line) => `${JSON.stringify(line)}\n`).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    link.download = "answers.jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    unsaved = false;
  };
  const open = (text) => {
    const name = (row) => JSON.stringify([row.stage, row.level, row.score, row.place]);
    let rows = [];
    try {
      const [head, ...read] = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      if (JSON.stringify(head) === JSON.stringify(data.head)) rows = read;
      if (!rows.every((row, i) => name(row) === name(data.rows[i]))) rows = [];
    } catch {
      rows = [];
    }
    if (rows.length !== data.rows.length) {
      byId("tally").textContent = "This file holds no answers about the samples of this page.";
      return;
    }
    rows.forEach((row, i) => mark(i, ["right", "wrong", "unsure"].includes(row.answer) ? row.answer : null));
    unsaved = false;
    tally();
  };
  if (data) {
    byId("answers").hidden = false;
    samples.forEach((sample, i) => {
      const asked = sample.node.querySelector(".judge");
      asked.hidden = false;
      asked.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button) judge(i, button.dataset.answer);
      });
    });
    byId("save").addEventListener("click", save);
    byId("load").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) open(await file.text());
      event.target.value = "";
    });
    window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
    tally();
  }

  // The sample that keys are about.
  let current = null;
  document.addEventListener("focusin", (event) => {
    current = event.target.closest(".sample") ?? current;
  });
  const keys = { r: "right", y: "right", w: "wrong", n: "wrong", u: "unsure" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const active = document.activeElement;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName) && active.type !== "file";
    const nodes = shown();
    const at = nodes.indexOf(current);
    if (event.key === "Escape" && typing) {
      clear();
      query.blur();
    } else if (typing) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      query.focus();
    } else if (event.key === "j" || event.key === "k") {
      const next = event.key === "j" ? at + 1 : at < 0 ? nodes.length - 1 : at - 1;
      if (nodes[next]) show(nodes[next]);
    } else if (data && Object.hasOwn(keys, event.key) && at >= 0) {
      const number = (node) => samples.findIndex((sample) => sample.node === node);
      judge(number(nodes[at]), keys[event.key]);
      const next = nodes.slice(at + 1).find((node) => answers[number(node)] === null);
      if (answers[number(nodes[at])] && next) show(next);
    }
  });
})();
