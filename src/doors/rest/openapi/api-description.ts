import type { RouteTable } from '../../http/route-table.js';
import { describeApi, type OpenApi } from './describe-api.js';
import { docsPage } from './docs-page.js';

interface Made {
  readonly openApi: OpenApi;
  readonly json: string;
  readonly html: string;
}

/** The API's description as JSON and as a page, made once from the routes that there are. */
export class ApiDescription {
  #made: Made | undefined;

  constructor(
    private readonly table: RouteTable,
    private readonly version: string,
  ) {}

  get json(): string {
    return this.#make().json;
  }

  get html(): string {
    return this.#make().html;
  }

  #make(): Made {
    if (this.#made) return this.#made;
    const openApi = describeApi(this.table.routes, this.version);
    this.#made = { openApi, json: JSON.stringify(openApi), html: docsPage(openApi) };
    return this.#made;
  }
}
