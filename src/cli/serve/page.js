// The page of `fubiao serve`: takes files, shows what came of them. Every name goes through `textContent`.

"use strict";

const WORDS = {
  zh: {
    lang: "zh-CN", other: "English", drop: "把通知拖到这里", local: "PDF、Word、Excel、WPS、OFD、网页、图片、ZIP 或文本文件。所有处理都在本机完成，不会上传到任何地方。", choose: "选择文件",
    notice: "通知", state: "状态", actions: "操作", none: "还没有通知。", waiting: "正在读取…", failed: "无法读取", review: "审核", again: "重试", remove: "删除",
    sure: "确定删除“{}”及其审核记录？", doubts: "{} 处疑点", clear: "没有疑点", unchecked: "未核对", corrected: "已更正或确认 {} 处", unread: "未能接收", gone: "服务已停止，重新启动后请打开新的网址。",
  },
  en: {
    lang: "en", other: "中文", drop: "Drop notices here", local: "PDF, Word, Excel, WPS, OFD, web pages, pictures, ZIP or text. Everything stays on this machine; nothing is uploaded anywhere.", choose: "Choose files",
    notice: "Notice", state: "State", actions: "Actions", none: "No notices yet.", waiting: "Reading…", failed: "Could not be read", review: "Review", again: "Try again", remove: "Remove",
    sure: "Remove {} and what was said of it?", doubts: "doubts: {}", clear: "no doubts", unchecked: "not checked", corrected: "corrected or confirmed: {}", unread: "Not received", gone: "The server has stopped. Start it again and open its new address.",
  },
};
const byId = (id) => document.getElementById(id);
let lang = document.documentElement.dataset.lang || ((navigator.language || "zh").startsWith("zh") ? "zh" : "en");
const words = () => WORDS[lang];
let notices = [];
let largest = Infinity;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function draw() {
  document.documentElement.lang = words().lang;
  document.querySelectorAll("[data-word]").forEach((element) => { element.textContent = words()[element.dataset.word]; });
  byId("other").textContent = words().other;
  byId("none").hidden = notices.length > 0;
  byId("notices").hidden = !notices.length;
  byId("notices").querySelector("tbody").replaceChildren(...notices.map(row));
}

function row(notice) {
  const isClear = notice.state === "done" && notice.doubts === 0;
  // Where there was no sum to check, that there are no doubts says nothing.
  const outcome = isClear && !notice.is_checked ? "unchecked" : isClear ? "clear" : "doubtful";
  const state = notice.state === "done" ? (isClear ? words()[outcome] : words().doubts.replace("{}", notice.doubts)) : words()[notice.state];
  const [en, zh] = notice.message ?? notice.checked ?? ["", ""];
  const link = (text, path) => make("a", { href: `files/${notice.id}/${path}`, textContent: text });
  const act = (text, what) => {
    const button = make("button", { type: "button", textContent: text });
    button.addEventListener("click", what);
    return button;
  };
  const review = notice.state === "done" ? link(words().review, "review") : null;
  if (review) Object.assign(review, { target: "_blank", rel: "noopener" });
  const downloads = notice.state === "done" ? [link("Excel", "as/xlsx"), link("CSV", "as/csv"), link("JSON", "as/json")] : [];
  const again = notice.state === "failed" ? act(words().again, () => ask("POST", `files/${notice.id}/again`)) : null;
  const remove = act(words().remove, () => confirm(words().sure.replace("{}", notice.names[0])) && ask("DELETE", `files/${notice.id}`));
  const tr = make("tr", { className: notice.state === "done" ? outcome : notice.state },
    make("td", {}, make("span", { textContent: notice.title ?? notice.names[0] }), make("small", { textContent: notice.names.join("，") })),
    make("td", {}, make("strong", { textContent: state }), make("small", { textContent: lang === "zh" ? zh : en }),
      notice.corrected ? make("small", { textContent: words().corrected.replace("{}", notice.corrected) }) : null),
    make("td", {}, make("div", { className: "actions" }, ...[review, ...downloads, again, remove].filter(Boolean))));
  tr.dataset.id = notice.id;
  return tr;
}

async function ask(method, path) {
  const answer = await fetch(path, { method }).catch(() => null);
  if (answer && !answer.ok) byId("said").textContent = await answer.text();
  await look();
}

let timer;
/** Looks what has come of the notices, and again soon while any is still to be read. */
async function look() {
  clearTimeout(timer);
  try {
    const state = await (await fetch("state")).json();
    const before = JSON.stringify(notices);
    ({ notices, largest } = state);
    if (JSON.stringify(notices) !== before) draw();
    timer = setTimeout(look, notices.some((notice) => notice.state === "waiting") ? 400 : 5000);
  } catch {
    byId("said").textContent = words().gone;
    timer = setTimeout(look, 5000);
  }
}

/** Sends one file, with its progress. */
function send(file) {
  return new Promise((done) => {
    const bar = make("progress", { max: 1, value: 0 });
    const item = make("li", {}, make("span", { textContent: `${file.name} ` }), bar);
    byId("arriving").append(item);
    const request = new XMLHttpRequest();
    request.open("PUT", `files?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = (event) => { bar.value = event.lengthComputable ? event.loaded / event.total : 0; };
    request.onloadend = () => {
      item.remove();
      if (request.status !== 201) byId("said").textContent = `${words().unread}: ${file.name} ${request.responseText}`;
      done();
    };
    request.send(file);
  });
}

async function take(files) {
  byId("said").textContent = "";
  for (const file of files) {
    if (file.size > largest) byId("said").textContent = `${words().unread}: ${file.name} > ${Math.floor(largest / 1048576)} MiB`;
    else {
      await send(file);
      await look();
    }
  }
}

const drop = byId("drop");
for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());
addEventListener("dragover", () => drop.classList.add("over"));
addEventListener("dragleave", () => drop.classList.remove("over"));
addEventListener("drop", (event) => {
  drop.classList.remove("over");
  take([...event.dataTransfer.files]);
});
byId("pick").addEventListener("change", () => {
  take([...byId("pick").files]);
  byId("pick").value = "";
});
byId("other").addEventListener("click", () => {
  lang = lang === "zh" ? "en" : "zh";
  draw();
});
addEventListener("focus", look);
draw();
look();
