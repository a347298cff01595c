import { z } from 'zod';
import { duration } from './access.js';

const timestamp = z.iso.datetime();
/** Longer than any password that is taken, so that what is too long is told apart from what is wrong. */
const password = z.string().min(1).max(1024);
const newPassword = password.meta({ description: '12 to 256 characters, whichever they are' });
const code = z
  .string()
  .regex(/^[0-9]{6}$/, { error: 'must be the six digits that the authenticator application shows' })
  .meta({ examples: ['492039'] });

const LOGIN = {
  name: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: 'Of the caller', examples: ['alice'] }),
  password,
  code: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: 'Of the authenticator application, or a recovery code', examples: ['492039'] }),
};

export const loginBody = z.strictObject(LOGIN);
export const changePasswordBody = z.strictObject({ ...LOGIN, newPassword });
export const enrolBody = z.strictObject({ password: newPassword });
export const confirmBody = z.strictObject({ code });
export const createInvitationBody = z.strictObject({
  expiresIn: z.exactOptional(duration).meta({ description: 'Default 3d, at most 14d' }),
});

const token = z.string().meta({ description: 'Shown this once' });
const recoveryCodes = z
  .array(z.string())
  .meta({ description: 'Shown this once. Each stands once for a code of the authenticator application.' });

export const invitationAnswer = z
  .object({
    id: z.string(),
    caller: z.string().meta({ description: 'Id of the caller' }),
    expiresAt: timestamp,
    token,
  })
  .meta({ id: 'Invitation' });

export const enrolmentAnswer = z
  .object({
    totpUri: z.string().meta({ description: 'For an authenticator application' }),
    totpSecret: z.string().meta({ description: 'The same in base32, for typing' }),
  })
  .meta({ id: 'Enrolment' });

export const recoveryCodesAnswer = z.object({ recoveryCodes }).meta({ id: 'RecoveryCodes' });

export const sessionAnswer = z
  .object({
    id: z.string(),
    caller: z.string().meta({ description: 'Id of the caller' }),
    token,
    expiresAt: timestamp,
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'Session' });

export const passwordChangedAnswer = z.object({ sessionsEnded: z.int() }).meta({ id: 'PasswordChanged' });
