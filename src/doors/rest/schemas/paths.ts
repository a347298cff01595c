import { z } from 'zod';
import { MAX_VERSION, numeral, ref } from './words.js';

/** What stands in paths. */
const keyring = ref('Id or name of a keyring', 'default');
const key = ref('Id, name or alias of a key', 'orders');
const version = numeral('Number of a version of the key', { min: 1, max: MAX_VERSION });
const caller = ref('Id or name of a caller', 'billing');

export const IN_KEYRING = z.strictObject({ keyring });
export const IN_KEY = z.strictObject({ keyring, key });
export const IN_VERSION = z.strictObject({ keyring, key, version });
export const IN_SELECTOR = z.strictObject({
  keyring,
  selector: ref('Name of a policy for keys with certain tags', 'pci'),
});
export const IN_ALIAS = z.strictObject({ keyring, alias: ref('An alias', 'orders-current') });
export const IN_CALLER = z.strictObject({ caller });
export const IN_TOKEN = z.strictObject({ caller, token: ref('Id of a token', '4fGk20sLxP9aQ1Zt') });
export const IN_CREDENTIAL = z.strictObject({
  caller,
  credential: ref('Id of a credential', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60'),
});
export const IN_ACCESS_KEY = z.strictObject({ caller, accessKey: ref('Id of an access key', 'AKIAIOSFODNN7EXAMPLE') });
export const IN_CERTIFICATE = z.strictObject({
  certificate: ref('Id of a certificate or its request', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60'),
});
export const IN_ROLE = z.strictObject({ role: ref('Name of a custom role', 'key-rotator') });
const group = ref('Id or name of a group', 'payments');
export const IN_GROUP = z.strictObject({ group });
export const IN_MEMBER = z.strictObject({ group, caller });
export const IN_APPROVAL = z.strictObject({
  approval: ref('Id of a request', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60'),
});
export const IN_CAMPAIGN = z.strictObject({
  campaign: ref('Id of a campaign', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60'),
});
const webhook = ref('Id of a webhook', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60');
export const IN_WEBHOOK = z.strictObject({ webhook });
export const IN_DELIVERY = z.strictObject({
  webhook,
  delivery: ref('Id of a delivery', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60'),
});
export const IN_BINDING = z.strictObject({ binding: ref('Id of a binding', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60') });
export const IN_HOLD = z.strictObject({ hold: ref('Id of a hold', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60') });
