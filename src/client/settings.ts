import type { DualControlInput, Settings as InstallSettings } from './governance-types.js';
import type { Transport } from './transport.js';

/** The settings of the install. Every method throws a KeysteadError. */
export class Settings {
  constructor(private readonly transport: Transport) {}

  async get(): Promise<InstallSettings> {
    return this.transport.call({ method: 'GET', path: '/api/v1/settings' });
  }

  /** Dual control of what is in no keyring. Guarded. */
  async update(input: { readonly dualControl: DualControlInput | null }): Promise<InstallSettings> {
    return this.transport.call({ method: 'PATCH', path: '/api/v1/settings', body: input });
  }
}
