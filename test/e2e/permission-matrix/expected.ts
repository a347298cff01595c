/** The columns of the table. */
export const ROLES = [
  'administrator',
  'key-admin',
  'crypto-user',
  'encrypt-only',
  'decrypt-only',
  'sign-only',
  'verify-only',
  'auditor',
  'operator',
  'approver',
] as const;

/** What an operation is about: where a binding must hold for it. */
export type About = 'key' | 'keyring' | 'keys' | 'key|ring' | 'key|keys' | 'install' | 'anywhere' | 'list' | 'listing';

/**
 * Who may do what, written by hand from the page on access and from what the operations mean; never made from the code. A column a role, in
 * the order of ROLES. `key|ring`: about the key in the path, or the keyring where there is none; `key|keys`: or whatever keys there are in it. `list`: whoever has it anywhere gets an answer, with what it may see in it; `listing`: whoever has it in a keyring.
 * What events tell is for who may read the audit log too: a webhook is made, and a delivery sent again, by no built-in role alone.
 * Everybody comes with a token here: a certificate is described to its own caller, and renewed by whoever comes with it; enrolling is for
 * those who come with an invitation.
 */
export const TABLE = `
                           about     adm key use enc dec sig ver aud ope app
  encrypt                  key        .   .   x   x   .   .   .   .   .   .
  decrypt                  key        .   .   x   .   x   .   .   .   .   .
  re-encrypt               key        .   .   x   .   .   .   .   .   .   .
  data-key                 key        .   .   x   x   .   .   .   .   .   .
  data-key-pair            key        .   .   x   x   .   .   .   .   .   .
  sign                     key        .   .   x   .   .   x   .   .   .   .
  verify                   key        .   .   x   .   .   .   x   .   .   .
  mac                      key        .   .   x   .   .   x   .   .   .   .
  verify-mac               key        .   .   x   .   .   .   x   .   .   .
  derive-shared-secret     key        .   .   x   .   .   .   .   .   .   .
  encapsulate              key        .   .   x   x   .   .   .   .   .   .
  decapsulate              key        .   .   x   .   x   .   .   .   .   .
  random                   anywhere   .   .   x   x   .   .   .   .   .   .
  key.describe             key        .   x   x   x   x   x   x   x   .   .
  key.public               key        .   x   x   x   x   x   x   x   .   .
  key.list                 keyring    .   x   x   x   x   x   x   x   .   .
  alias.list               keyring    .   x   x   x   x   x   x   x   .   .
  keyring.describe         keyring    x   x   x   x   x   x   x   x   x   x
  keyring.list             listing    x   x   x   x   x   x   x   x   x   x
  key.create               keyring    .   x   .   .   .   .   .   .   .   .
  key.update               key        .   x   .   .   .   .   .   .   .   .
  key.rotate               key        .   x   .   .   .   .   .   .   .   .
  key.enable               key        .   x   .   .   .   .   .   .   .   .
  key.disable              key        .   x   .   .   .   .   .   .   .   .
  key.schedule-destruction key        .   x   .   .   .   .   .   .   .   .
  key.cancel-destruction   key        .   x   .   .   .   .   .   .   .   .
  key.import-parameters    key        .   x   .   .   .   .   .   .   .   .
  key.import               key        .   x   .   .   .   .   .   .   .   .
  key.export               key        .   x   .   .   .   .   .   .   .   .
  version.retire           key        .   x   .   .   .   .   .   .   .   .
  version.restore          key        .   x   .   .   .   .   .   .   .   .
  version.disable          key        .   x   .   .   .   .   .   .   .   .
  version.enable           key        .   x   .   .   .   .   .   .   .   .
  version.revoke           key        .   x   .   .   .   .   .   .   .   .
  version.destroy          key        .   x   .   .   .   .   .   .   .   .
  key.revoke               key        .   x   .   .   .   .   .   .   .   .
  version.usage            key        .   x   .   .   .   .   .   x   .   .
  version.exposed          key        .   x   .   .   .   .   .   x   .   .
  policy.get               key|ring   .   x   .   .   .   .   .   x   .   .
  policy.set               key|keys   .   x   .   .   .   .   .   .   .   .
  policy.delete            key|keys   .   x   .   .   .   .   .   .   .   .
  policy.simulate          keyring    .   x   .   .   .   .   .   x   .   .
  alias.set                key        .   x   .   .   .   .   .   .   .   .
  alias.delete             key        .   x   .   .   .   .   .   .   .   .
  campaign.list            list       .   x   x   x   x   x   x   x   .   .
  campaign.describe        list       .   x   x   x   x   x   x   x   .   .
  campaign.start           key        .   x   .   .   .   .   .   .   .   .
  campaign.close           list       .   x   .   .   .   .   .   .   .   .
  campaign.cancel          list       .   x   .   .   .   .   .   .   .   .
  campaign.report          list       .   .   x   .   .   .   .   .   .   .
  keyring.create           install    x   .   .   .   .   .   .   .   .   .
  keyring.update           keyring    x   .   .   .   .   .   .   .   .   .
  keyring.rewrap           keyring    x   .   .   .   .   .   .   .   .   .
  keyring.destroy          keyring    x   .   .   .   .   .   .   .   .   .
  caller.create            install    x   .   .   .   .   .   .   .   .   .
  caller.disable           install    x   .   .   .   .   .   .   .   .   .
  caller.enable            install    x   .   .   .   .   .   .   .   .   .
  token.create             install    x   .   .   .   .   .   .   .   .   .
  token.rotate             install    x   .   .   .   .   .   .   .   .   .
  token.revoke             install    x   .   .   .   .   .   .   .   .   .
  invitation.create        install    x   .   .   .   .   .   .   .   .   .
  credential.create        install    x   .   .   .   .   .   .   .   .   .
  access-key.create        install    x   .   .   .   .   .   .   .   .   .
  access-key.revoke        install    x   .   .   .   .   .   .   .   .   .
  credential.revoke        install    x   .   .   .   .   .   .   .   .   .
  binding.create           keyring    x   .   .   .   .   .   .   .   .   .
  binding.delete           install    x   .   .   .   .   .   .   .   .   .
  role.create              install    x   .   .   .   .   .   .   .   .   .
  role.delete              install    x   .   .   .   .   .   .   .   .   .
  group.create             install    x   .   .   .   .   .   .   .   .   .
  group.delete             install    x   .   .   .   .   .   .   .   .   .
  group.add-member         install    x   .   .   .   .   .   .   .   .   .
  group.remove-member      install    x   .   .   .   .   .   .   .   .   .
  settings.update          install    x   .   .   .   .   .   .   .   .   .
  hold.create              install    x   .   .   .   .   .   .   .   .   .
  hold.delete              install    x   .   .   .   .   .   .   .   .   .
  bootstrap.finish         install    x   .   .   .   .   .   .   .   .   .
  pki.init                 install    x   .   .   .   .   .   .   .   .   .
  certificate.approve      install    x   .   .   .   .   .   .   .   .   .
  certificate.reject       install    x   .   .   .   .   .   .   .   .   .
  certificate.revoke       install    x   .   .   .   .   .   .   .   .   .
  webhook.create           install    .   .   .   .   .   .   .   .   .   .
  webhook.delete           install    x   .   .   .   .   .   .   .   .   .
  webhook.test             install    x   .   .   .   .   .   .   .   .   .
  webhook.redeliver        install    .   .   .   .   .   .   .   .   .   .
  webhook.list             install    x   .   .   .   .   .   .   x   .   .
  delivery.list            install    .   .   .   .   .   .   .   x   .   .
  caller.list              install    x   .   .   .   .   .   .   x   .   .
  token.list               install    x   .   .   .   .   .   .   x   .   .
  credential.list          install    x   .   .   .   .   .   .   x   .   .
  access-key.list          install    x   .   .   .   .   .   .   x   .   .
  binding.list             list       x   .   .   .   .   .   .   x   .   .
  role.list                install    x   .   .   .   .   .   .   x   .   .
  group.list               install    x   .   .   .   .   .   .   x   .   .
  certificate.list         install    x   .   .   .   .   .   .   x   .   .
  access.explain           install    x   .   .   .   .   .   .   x   .   .
  access.who-can           install    x   .   .   .   .   .   .   x   .   .
  settings.describe        install    x   .   .   .   .   .   .   x   .   .
  approval.list            list       x   x   .   .   .   .   .   x   x   x
  approval.cancel          list       x   x   .   .   .   .   .   .   x   .
  approval.decide          list       .   .   .   .   .   .   .   .   .   x
  root.describe            install    .   .   .   .   .   .   .   x   x   .
  root.rotate              install    .   .   .   .   .   .   .   .   x   .
  root.migrate             install    .   .   .   .   .   .   .   .   x   .
  audit.read               listing    .   .   .   .   .   .   .   x   .   .
  audit.rebuild            install    .   .   .   .   .   .   .   .   x   .
  whoami                   anywhere   x   x   x   x   x   x   x   x   x   x
  session.end              anywhere   x   x   x   x   x   x   x   x   x   x
  pki.describe             anywhere   x   x   x   x   x   x   x   x   x   x
  certificate.request      anywhere   x   x   x   x   x   x   x   x   x   x
  certificate.describe     install    x   .   .   .   .   .   .   x   .   .
  certificate.renew        anywhere   .   .   .   .   .   .   .   .   .   .
  person.enrol             anywhere   .   .   .   .   .   .   .   .   .   .
  person.confirm           anywhere   .   .   .   .   .   .   .   .   .   .
`;

/** Where it is tried: what the caller is bound to, and what it then asks for. */
export const PLACES = ['everything', 'own keyring', 'other keyring', 'own key', 'denied key'] as const;
export type Place = (typeof PLACES)[number];

/** Where somebody who has the role may do what is about such a thing. */
export const WHERE: Readonly<Record<Exclude<About, 'key|ring' | 'key|keys'>, readonly Place[]>> = {
  key: ['everything', 'own keyring', 'own key'],
  // A deny of one key denies nothing that is wider.
  keyring: ['everything', 'own keyring', 'denied key'],
  // A policy for keys does to each of them what it says.
  keys: ['everything', 'own keyring'],
  install: ['everything'],
  anywhere: PLACES,
  list: PLACES,
  listing: ['everything', 'own keyring', 'other keyring', 'denied key'],
};

/** Routes of an operation that is elsewhere answered by what one may see: the log as a whole, and a record that no keyring has. */
export const OF_THE_WHOLE_LOG = /\/audit\/(log\/|records\/|state$|hash$)|\/evidence$/;
