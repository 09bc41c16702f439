// Builds the page's script and style under names that the template can know; everything they load is named by its content.
import { defineConfig } from "vite";

export default defineConfig({
  logLevel: "error",
  base: "/static/graphiql/",
  build: {
    outDir: "../static/graphiql",
    emptyOutDir: true,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 4096, // Monaco is one large editor
    rolldownOptions: {
      input: "main.jsx",
      output: {
        entryFileNames: "graphiql.js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: ({ names }) => (names.includes("style.css") ? "graphiql.css" : "assets/[name]-[hash][extname]"),
      },
    },
  },
  worker: { format: "es" },
});
