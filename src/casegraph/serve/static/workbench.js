/* The workbench: stored questions, an editor of SPARQL, and what the server answers. */

import { address, ask, place, problemBox } from "./workbench-asking.js";
import { button, fill } from "./workbench-dom.js";
import * as editor from "./workbench-editor.js";
import { Result } from "./workbench-result.js";
import { Form, Stored, leftOut } from "./workbench-stored.js";
import * as snippets from "./workbench-snippets.js";

const ROWS = "application/sparql-results+json", TRIPLES = "application/n-triples";
const SPARQL = address("sparql");
const at = (id) => document.getElementById(id);
const told = JSON.parse(at("_told").textContent);
const status = at("_status"), run = at("_run"), stop = at("_stop");
let asking = null;

const result = new Result(at("_result"));

const busy = (controller) => {
  asking = controller;
  stop.hidden = !controller;
  at("_result").setAttribute("aria-busy", String(Boolean(controller)));
};

const clear = (asked) => {
  result.clear();
  fill(at("_asked"), asked ? `Asked: ${asked}` : "");
};

/* One request at a time: a new one takes the place of the one before, which the server then gives up. */
const put = async (where, accept, options, question) => {
  asking?.abort();
  const mine = new AbortController();
  busy(mine);
  clear(question.asked);
  editor.point(yasqe, null);
  status.textContent = "Asking …";
  try {
    const answer = await ask(where, accept, { ...options, signal: mine.signal });
    if (asking !== mine) return;
    if (answer.problem) refused(answer.problem, question);
    else await answered(answer, question);
  } catch (error) {
    if (asking === mine) {
      status.textContent = error.name === "AbortError" ? "Stopped." : `No answer: ${error.message}`;
    }
  } finally {
    if (asking === mine) busy(null);
  }
};

const refused = (problem, question) => {
  const where = question.text === undefined ? null : place(problem);
  status.textContent = "Not answered.";
  const go = where ? button(`Go to line ${where.line}`, () => { editor.point(yasqe, where); yasqe.focus(); }) : null;
  if (where) editor.point(yasqe, where);
  result.say(problemBox(problem, go));
};

const answered = async (answer, question) => {
  const many = await result.show(answer, question);
  status.textContent = `${many}, in ${answer.seconds.toFixed(2)} s.`;
  status.scrollIntoView({ block: question.text === undefined ? "start" : "nearest" });
};

const ofText = (text) => ({
  text, name: "query", meanings: {}, view: "", asked: "the SPARQL of the editor, as it stood when it was run.",
  again: (accept) => ask(SPARQL, accept, { method: "POST", body: new URLSearchParams({ query: text }) }),
  snippets: (accept) => snippets.ofText(SPARQL, text, accept),
});

/* What was left empty is asked with the example of the query: that is said too, and the notice below tells what it is. */
const saidOf = (about, values) => {
  const known = new Map(values);
  const said = Object.keys(about.parameters).map((name) => `${name}: ${known.get(name) ?? "the example of the query, told below"}`);
  return `${about.summary} (${about.name})${said.length ? `, ${said.join(", ")}` : ""}.`;
};

const ofStored = (about, values) => ({
  name: about.name, meanings: about.returns, view: about.view || "", asked: saidOf(about, values),
  again: (accept) => ask(address(`queries/${about.name}/results`, values), accept),
  snippets: (accept) => snippets.ofStored(SPARQL, about.links.results, about.name, values, accept),
});

/* What stands behind the # of a link to a question. */
const inLink = (text) => new URLSearchParams({ query: text });
const storedInLink = (about, values) =>
  new URLSearchParams([["stored", about.name], ...values.map(([name, value]) => [`_${name}`, value])]);

const askText = () => {
  const text = yasqe.getValue();
  remember(inLink(text), true);
  return put(SPARQL, `${ROWS}, ${TRIPLES};q=0.9`, { method: "POST", body: new URLSearchParams({ query: text }) }, ofText(text));
};

const askStored = (about, values) => {
  remember(storedInLink(about, values), true);
  return put(address(`queries/${about.name}/results`, values), ROWS, {}, ofStored(about, values));
};

/* What is asked stands behind the # of the address, which no request sends: a link to it is a link to the question.
   Each question has its place in the history; that it was run is kept there, where no link can say it. */
const remember = (values, wasRun = false) => {
  const where = `#${values}`;
  history[where === location.hash ? "replaceState" : "pushState"]({ wasRun }, "", where);
};

/* A link is to what stands beside its button, run or not: in the editor, or in the form. */
const copyLink = (values) =>
  copy(`${address("workbench")}#${values}`, "The link is copied; the question is in it as it stands there, and nothing of the answer.");

const form = new Form(at("_form"), {
  run: askStored,
  link: (about, values) => copyLink(storedInLink(about, values)),
  edit: async (about, values) => {
    const answer = await ask(address(`queries/${about.name}/text`, values), "application/sparql-query");
    if (answer.problem) { clear(""); refused(answer.problem, {}); return; }
    editor.open(yasqe, answer.body);
    remember(inLink(answer.body));
    status.textContent = `${about.name} is in the editor, with its values.`;
    yasqe.focus();
  },
});

const open = (about, values, told = []) => {
  form.show(about, values);
  form.say(told);
  at("_question").focus();
};

const stored = new Stored(at("_stored"), (about) => {
  open(about, {});
  remember(new URLSearchParams({ stored: about.name }));
});

const yasqe = editor.begin(at("_editor"), told.prefixes, told.example, {
  run: askText, leave: () => run.focus(), say: (text) => { at("_known").textContent = text; },
});

/* A link fills in what it asks; whether that is run is for who opened it to say. What was run here already is run
   again where a person comes back to it. */
const recall = async () => {
  const where = location.hash, said = new URLSearchParams(where.slice(1));
  const wasRun = history.state?.wasRun === true;
  const query = said.get("query") ?? new URLSearchParams(location.search).get("query");
  asking?.abort();
  busy(null);
  clear("");
  status.textContent = "Nothing was asked yet.";
  if (said.get("stored")) {
    if (!stored.has(said.get("stored"))) { form.hide(); status.textContent = stored.unknown(said.get("stored")); return; }
    const values = [...said].filter(([name]) => name.startsWith("_")).map(([name, value]) => [name.slice(1), value]);
    const about = await stored.about(said.get("stored"));
    if (location.hash !== where) return;
    open(about, Object.fromEntries(values), leftOut(about, said));
    if (wasRun) await askStored(about, values);
    return;
  }
  form.hide();
  const foreign = where.includes("=") ? [...said.keys()] : [];  // without it, it is a place on this page
  if (foreign.length && query === null) status.textContent = `The link names no question: it says ${foreign.join(", ")}, where stored or query is known. Nothing was asked yet.`;
  if (query) editor.open(yasqe, query);
  if (query && wasRun) await askText();
};

const begin = async () => {
  run.addEventListener("click", askText);
  stop.addEventListener("click", () => asking?.abort());
  at("_link").addEventListener("click", () => copyLink(inLink(yasqe.getValue())));
  addEventListener("hashchange", () => recall().catch((error) => { status.textContent = error.message; }));
  at("_known").textContent = "Reading which classes and properties these data have, for completion …";
  const learnt = editor.complete();  // nothing waits for it
  learnt.then((told) => { at("_known").textContent = told; });
  try {
    await stored.begin();
    await recall();
  } catch (error) { status.textContent = `The stored questions cannot be read: ${error.message}`; }
  await learnt;
  document.body.dataset.ready = "yes";
};

/** Copy a text, and say so; where the browser does not let it, say that. */
const copy = async (text, done) => {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = done;
  } catch { status.textContent = "The browser does not let this page copy: select the text and copy it by hand."; }
};
result.copy = copy;
begin();
