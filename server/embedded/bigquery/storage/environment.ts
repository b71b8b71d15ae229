/** What the analyzer may look up: the tables and views of the catalog, and what describes them. */
import type { Environment, TableInfo } from "../sql/analyzer/context.ts";
import type { Catalog } from "./catalog.ts";
import { embeddedDataset, embeddedTable, informationSchema } from "./information-schema.ts";
import type { QueryParameter } from "./placeholders.ts";

/** What a statement's names and parameters mean. */
export interface StatementScope {
  project: string;
  defaultDataset: { project: string; dataset: string } | undefined;
  parameters: QueryParameter[];
}

export function statementEnvironment(catalog: Catalog, request: StatementScope): Environment {
  return {
    project: request.defaultDataset?.project ?? request.project,
    dataset: request.defaultDataset?.dataset,
    parameters: request.parameters,
    findTable: (id): TableInfo => {
      if (id.dataset === embeddedDataset) {
        const table = embeddedTable(id.project, id.table);
        if (table !== undefined) return table;
      }
      const { document, columns, sqlName } = catalog.table(id);
      if (document.view === undefined) return { kind: "table", columns, sqlName, isWritable: true };
      return {
        kind: "view",
        query: document.view.query,
        columnNames: document.view.columnNames,
        project: id.project,
      };
    },
    informationSchema: (path) => informationSchema(catalog, path),
  };
}
