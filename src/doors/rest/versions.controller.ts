import { Controller, Inject } from '@nestjs/common';
import { Kms } from '../../operations/kms.js';
import type { VersionInput } from '../../operations/versions/change-version-state.js';
import { destroyVersion, type DestroyVersionInput } from '../../operations/versions/destroy-version.js';
import { disableVersion } from '../../operations/versions/disable-version.js';
import { enableVersion } from '../../operations/versions/enable-version.js';
import { listExposedDataKeys, type ExposedDataKeysInput } from '../../operations/versions/exposed-data-keys.js';
import { listVersions, type ListVersionsInput } from '../../operations/versions/list-versions.js';
import { restoreVersion } from '../../operations/versions/restore-version.js';
import { retireVersion } from '../../operations/versions/retire-version.js';
import { revokeVersion, type RevokeVersionInput } from '../../operations/versions/revoke-version.js';
import { getVersionUsage } from '../../operations/versions/version-usage.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import {
  destroyVersionBody,
  exposedDataKeysAnswer,
  revokeBody,
  versionAnswer,
  versionChangedAnswer,
  versionUsageAnswer,
} from './schemas/keys.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_KEY, IN_VERSION } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring/keys/:key/versions`)
export class VersionsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('key.describe', {
    method: 'GET',
    params: IN_KEY,
    query: PAGE,
    answer: pageOf(versionAnswer),
    summary: 'List the versions of a key',
  })
  async list(call: Call<ListVersionsInput>) {
    return use(this.kms, listVersions, call);
  }

  @Endpoint('version.usage', {
    method: 'GET',
    path: ':version/usage',
    params: IN_VERSION,
    answer: versionUsageAnswer,
    summary: 'Whether a version is still needed',
    description: 'Counted since the version was made; of other nodes up to 5 seconds ago.',
  })
  async usage(call: Call<VersionInput>) {
    return use(this.kms, getVersionUsage, call);
  }

  @Endpoint('version.exposed', {
    method: 'GET',
    path: ':version/exposed-data-keys',
    params: IN_VERSION,
    query: PAGE,
    answer: pageOf(exposedDataKeysAnswer),
    summary: 'The data keys that were wrapped under a version',
    description: 'From the audit records: whoever has the material of the version can unwrap them.',
  })
  async exposedDataKeys(call: Call<ExposedDataKeysInput>) {
    return use(this.kms, listExposedDataKeys, call);
  }

  @Endpoint('version.retire', {
    method: 'POST',
    path: ':version/retire',
    params: IN_VERSION,
    answer: versionChangedAnswer,
    summary: 'Retire a version',
    description: 'It refuses everything, and can be brought back by restore. Not the primary.',
  })
  async retire(call: Call<VersionInput>) {
    return change(this.kms, retireVersion, call);
  }

  @Endpoint('version.restore', {
    method: 'POST',
    path: ':version/restore',
    params: IN_VERSION,
    answer: versionChangedAnswer,
    summary: 'Bring a retired version back',
  })
  async restore(call: Call<VersionInput>) {
    return change(this.kms, restoreVersion, call);
  }

  @Endpoint('version.disable', {
    method: 'POST',
    path: ':version/disable',
    params: IN_VERSION,
    answer: versionChangedAnswer,
    summary: 'Disable a version',
  })
  async disable(call: Call<VersionInput>) {
    return change(this.kms, disableVersion, call);
  }

  @Endpoint('version.enable', {
    method: 'POST',
    path: ':version/enable',
    params: IN_VERSION,
    answer: versionChangedAnswer,
    summary: 'Enable a disabled version',
  })
  async enable(call: Call<VersionInput>) {
    return change(this.kms, enableVersion, call);
  }

  @Endpoint('version.revoke', {
    method: 'POST',
    path: ':version/revoke',
    params: IN_VERSION,
    body: revokeBody,
    answer: versionChangedAnswer,
    summary: 'Revoke a version',
    description: 'For ever, and with a reason that is kept.',
  })
  async revoke(call: Call<RevokeVersionInput>) {
    return change(this.kms, revokeVersion, call);
  }

  @Endpoint('version.destroy', {
    method: 'POST',
    path: ':version/destroy',
    params: IN_VERSION,
    body: destroyVersionBody,
    answer: versionChangedAnswer,
    summary: 'Destroy the material of a version',
    description:
      'At once and for ever. Only of a version that is retired, disabled or revoked; and that nobody needed within the quiet time of its policy.',
  })
  async destroy(call: Call<DestroyVersionInput>) {
    return change(this.kms, destroyVersion, call);
  }
}
