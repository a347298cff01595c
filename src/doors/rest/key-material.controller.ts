import { Controller, Inject } from '@nestjs/common';
import { exportKey, type ExportKeyInput } from '../../operations/keys/export-key.js';
import { importKey, type ImportKeyInput } from '../../operations/keys/import-key.js';
import { importParameters, type ImportParametersInput } from '../../operations/keys/import-parameters.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import {
  exportAnswer,
  exportBody,
  importBody,
  importParametersAnswer,
  importParametersBody,
} from './schemas/key-material.js';
import { importedKeyAnswer } from './schemas/keys.js';
import { IN_KEY } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring/keys/:key`)
export class KeyMaterialController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('key.import-parameters', {
    method: 'POST',
    path: 'import-parameters',
    params: IN_KEY,
    body: importParametersBody,
    answer: importParametersAnswer,
    summary: 'Prepare the import of material',
    description:
      'Of a key made with origin imported: a public key to wrap the material to, and a token for its import.',
  })
  async importParameters(call: Call<ImportParametersInput>) {
    return use(this.kms, importParameters, call);
  }

  @Endpoint('key.import', {
    method: 'POST',
    path: 'import',
    params: IN_KEY,
    body: importBody,
    answer: importedKeyAnswer,
    summary: 'Import material',
    description: 'A later import must bring the same material again.',
  })
  async import(call: Call<ImportKeyInput>) {
    return change(this.kms, importKey, call);
  }

  @Endpoint('key.export', {
    method: 'POST',
    path: 'export',
    params: IN_KEY,
    body: exportBody,
    answer: exportAnswer,
    summary: 'Export the material of an exportable key, wrapped',
  })
  async export(call: Call<ExportKeyInput>) {
    return change(this.kms, exportKey, call);
  }
}
