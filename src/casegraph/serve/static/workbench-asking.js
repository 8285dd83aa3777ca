/* Asks the server, and reads what it tells beside an answer: notices, counts, and what went wrong. */

import { counted, element } from "./workbench-dom.js";

/** Where the server is, with a slash at its end. */
export const BASE = new URL("..", import.meta.url).href;

const STRING = /(%?)"((?:[^"\\]|\\.)*)"/g;

/** Return the notices of the header Casegraph-Notice: strings and display strings (RFC 9651). */
export const notices = (header) => [...(header || "").matchAll(STRING)].map(([, coded, text]) =>
  coded ? decodeURIComponent(text) : text.replace(/\\(.)/g, "$1"));

/** Return the address of a path of this server with values. */
export const address = (path, values = []) => {
  const found = new URL(path, BASE);
  for (const [name, value] of values) found.searchParams.append(name, value);
  return found.href;
};

/** Ask, and return the answer; an answer that is an error has a `problem`. */
export const ask = async (where, accept, options = {}) => {
  const began = performance.now();
  const answer = await fetch(where, { ...options, headers: { Accept: accept, ...options.headers } });
  const body = await answer.text();
  const kind = (answer.headers.get("content-type") || "").split(";")[0];
  return {
    body, kind,
    problem: answer.ok ? null : problem(answer, body),
    notices: notices(answer.headers.get("casegraph-notice")),
    total: Number(answer.headers.get("x-total-count")) || null,
    seconds: (performance.now() - began) / 1000,
  };
};

const problem = (answer, body) => {
  try {
    const told = JSON.parse(body);
    if (told && typeof told === "object") return told;
  } catch { /* no JSON: what stands before a server may answer too */ }
  return { status: answer.status, detail: answer.statusText || "no answer", todo: "try again later" };
};

/** Ask for JSON; throw what went wrong. */
export const json = async (where, options) => {
  const answer = await ask(where, "application/json", options);
  if (answer.problem) throw new Error(answer.problem.detail);
  return JSON.parse(answer.body);
};

/** Return the line and the column of an error in a query, from 1; null where it names none. */
export const place = (told) => {
  const found = /^query:(\d+)(?::(\d+))?/.exec(told.where || "");
  return found && { line: Number(found[1]), column: Number(found[2] || 1) };
};

/** Return what went wrong, for a person. */
export const problemBox = (told, where = null) => {
  const lines = [["where", told.where], ["expected", told.expected], ["to do", told.todo], ["request", told.request]];
  return element("section", { class: "notice", "aria-label": "What went wrong" },
    element("p", {}, element("strong", {}, `${told.status || ""} ${told.detail || told.title || ""}`.trim())),
    element("ul", {}, (told.problems || []).map((each) => element("li", {}, each))),
    element("dl", {}, lines.filter(([, said]) => said).flatMap(([name, said]) =>
      [element("dt", {}, name), element("dd", {}, String(said))])),
    where || "");
};

/** Return what a reader must know first. */
export const noticeBox = (told) => told.length
  ? element("section", { class: "notice", "aria-label": "Read this first" },
    element("p", {}, element("strong", {}, `Read this first (${counted(told.length, "notice")})`)),
    element("ul", {}, told.map((each) => element("li", {}, each))))
  : "";
