import type { Settings as InstallSettings, UpdateSettingsInput } from './governance-types.js';
import type { Transport } from './transport.js';

/** The settings of the install. Every method throws a KeysteadError. */
export class Settings {
  constructor(private readonly transport: Transport) {}

  async get(): Promise<InstallSettings> {
    return this.transport.call({ method: 'GET', path: '/api/v1/settings' });
  }

  /** Changes what is given. Guarded. */
  async update(input: UpdateSettingsInput): Promise<InstallSettings> {
    return this.transport.call({ method: 'PATCH', path: '/api/v1/settings', body: input });
  }
}
