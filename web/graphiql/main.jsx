// The page at /graphiql: GraphiQL for the viewer and the tabs that the page's configuration names.
import "./workers.js";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import "./page.css";

const { endpoint, viewer, tabs } = JSON.parse(document.getElementById("graphiql-config").textContent);
const lessons = tabs.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }));

// GraphiQL remembers in the browser tab's own storage, so that a reload keeps the work, and nothing outlives its viewer.
if (sessionStorage.getItem("viewer") !== viewer.email) {
  sessionStorage.clear();
  sessionStorage.setItem("viewer", viewer.email);
}
const isFresh = sessionStorage.getItem("graphiql:tabState") === null;

async function fetcher(operation, { headers } = {}) {
  const response = await fetch(endpoint, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  return response.json();
}

function Viewer() {
  return (
    <form className="viewer" method="post" action="/sign-out" onSubmit={() => sessionStorage.clear()}>
      <span title={viewer.email}>{viewer.name}</span>
      <button className="graphiql-button">Sign out</button>
    </form>
  );
}

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    fetcher={fetcher}
    storage={sessionStorage}
    plugins={[]} // no history: it keeps the headers, too
    shouldPersistHeaders={false}
    defaultTabs={lessons}
    initialVariables={isFresh ? lessons[0].variables : undefined} // it forgets those of the first tab
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>
      <Viewer />
    </GraphiQL.Logo>
  </GraphiQL>,
);
