import { Controller, Inject } from '@nestjs/common';
import { getSettings } from '../../operations/governance/get-settings.js';
import { updateSettings, type UpdateSettingsInput } from '../../operations/governance/update-settings.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { settingsAnswer, updateSettingsBody } from './schemas/governance.js';

@Controller(`${API}/settings`)
export class SettingsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('settings.describe', { method: 'GET', answer: settingsAnswer, summary: 'Show the settings of the install' })
  async get(call: Call<object>) {
    return use(this.kms, getSettings, call);
  }

  @Endpoint('settings.update', {
    method: 'PATCH',
    body: updateSettingsBody,
    answer: settingsAnswer,
    summary: 'Set dual control for what is in no keyring, and when unused credentials are revoked',
    description: 'Dual control of roles, bindings everywhere, the root. What is not given stays. Guarded.',
  })
  async update(call: Call<UpdateSettingsInput>) {
    return change(this.kms, updateSettings, call);
  }
}
