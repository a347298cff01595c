import { Controller, Inject } from '@nestjs/common';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { ApiDescription } from './openapi/api-description.js';
import { DOCS_POLICY } from './openapi/docs-style.js';

@Controller('api')
export class DocsController {
  constructor(@Inject(ApiDescription) private readonly description: ApiDescription) {}

  @Endpoint('whoami', { method: 'GET', path: 'openapi.json', summary: 'This description, as OpenAPI 3.1' })
  async openApi({ reply }: Call<unknown>) {
    void reply.type('application/json; charset=utf-8');
    return this.description.json;
  }

  @Endpoint('whoami', { method: 'GET', path: 'docs', answerType: 'text/html', summary: 'This description, as a page' })
  async page({ reply }: Call<unknown>) {
    void reply.type('text/html; charset=utf-8').header('content-security-policy', DOCS_POLICY);
    return this.description.html;
  }
}
