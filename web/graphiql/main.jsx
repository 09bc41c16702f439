// The page at /graphiql: GraphiQL for the viewer and the tabs that the page's configuration names.
import "./workers.js";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import "./page.css";

const { endpoint, schema, viewer, tabs } = JSON.parse(document.getElementById("graphiql-config").textContent);
const lessons = tabs.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }));

// GraphiQL remembers in the browser tab's own storage, so that a reload keeps the work, and nothing outlives its viewer.
if (sessionStorage.getItem("viewer") !== viewer.email) {
  sessionStorage.clear();
  sessionStorage.setItem("viewer", viewer.email);
}
const isFresh = sessionStorage.getItem("graphiql:tabState") === null;

async function fetcher({ query, variables, operationName }, { headers } = {}) {
  if (operationName === "IntrospectionQuery") return (await fetch(schema, { credentials: "same-origin" })).json();
  // GraphiQL reads the editor 100 ms after its latest change; until then the name may be the previous tab's.
  const isThere = new RegExp(`\\b${operationName}\\b`).test(query);
  const response = await fetch(endpoint, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName: isThere ? operationName : undefined }),
  });
  return response.json();
}

// The editors ask for the system's colours once: where no theme was chosen, they are told when those change.
function useSystemColours() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => theme ?? setTheme(null);
    dark.addEventListener("change", follow);
    return () => dark.removeEventListener("change", follow);
  }, [theme, setTheme]);
}

// At the very last: GraphiQL writes half a second after the latest key.
function forgetOnLeaving() {
  addEventListener("pagehide", () => sessionStorage.clear(), { once: true });
}

function Viewer() {
  useSystemColours();
  return (
    <form className="viewer" method="post" action="/sign-out" onSubmit={forgetOnLeaving}>
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
