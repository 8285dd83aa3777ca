/* The same question for other tools: as curl, as Python and as a command of casegraph, quoted as each wants it. */

/** Return a text as one word of a POSIX shell. */
export const shell = (text) => /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Return a text as a string of Python: what JSON writes is one. */
export const python = (text) => JSON.stringify(text);

const SHORT = { "text/csv": "csv", "text/turtle": "ttl" };

const inPython = (where, values, accept) => [
  "from urllib.parse import urlencode",
  "from urllib.request import Request, urlopen",
  "",
  `values = [${values.map(([name, value]) => `(${python(name)}, ${python(value)})`).join(", ")}]`,
  `request = Request(${python(where)}, urlencode(values).encode(), {"Accept": ${python(accept)}})`,
  "print(urlopen(request).read().decode(), end=\"\")",
].join("\n");

const getInPython = (where, values, accept) => inPython(where, values, accept)
  .replace(`Request(${python(where)}, urlencode(values).encode(), {`, `Request(${python(`${where}?`)} + urlencode(values), headers={`);

/** Return the snippets for SPARQL of one's own. */
export const ofText = (endpoint, text, accept) => ({
  curl: `curl -s ${shell(endpoint)} -H ${shell(`Accept: ${accept}`)} --data-urlencode ${shell(`query=${text}`)}`,
  Python: inPython(endpoint, [["query", text]], accept),
  casegraph: `casegraph sparql -f ${SHORT[accept]} --store ${shell(endpoint)} -- ${shell(text.replace(/^@/, " @"))}`,
});

/** Return the snippets for a stored query with values for its parameters. */
export const ofStored = (endpoint, results, name, values, accept = "text/csv") => ({
  curl: [`curl -s -G ${shell(results)} -H ${shell(`Accept: ${accept}`)}`,
    ...values.map(([key, value]) => `--data-urlencode ${shell(`${key}=${value}`)}`)].join(" "),
  Python: getInPython(results, values, accept),
  casegraph: [`casegraph query ${shell(name)}`, ...values.map(([key, value]) => `-p ${shell(`${key}=${value}`)}`),
    `-f ${SHORT[accept]} --store ${shell(endpoint)}`].join(" "),
});
