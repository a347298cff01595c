import { Controller, Inject, Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { createHttpApp, type HttpSettings } from '../../../src/doors/http/create-http-app.js';
import { HttpModule } from '../../../src/doors/http/http.module.js';
import type { Call, Each, PublicCall } from '../../../src/doors/rest/call.js';
import { EachEndpoint, Endpoint, PublicEndpoint } from '../../../src/doors/rest/endpoint.js';
import { bytes, context, time } from '../../../src/doors/rest/schemas/words.js';
import { IN_KEY } from '../../../src/doors/rest/schemas/paths.js';
import { ERROR_CODES, KmsError } from '../../../src/errors.js';
import type { Approach, Arrival } from '../../../src/operations/arrival.js';
import { Kms } from '../../../src/operations/kms.js';
import type { OperationName } from '../../../src/operations/vocabulary.js';
import { JsonLogger } from '../../../src/telemetry/json-logger.js';

/** Only the shape of the transport is looked at here: authentication and journal are played, nothing else exists. */
export class PlayedKms {
  readonly refusals: { who: string; operation: string; code: string; asked: unknown; detail: unknown }[] = [];
  readonly arrivals: Approach[] = [];

  async arrive(approach: Approach): Promise<Arrival> {
    this.arrivals.push(approach);
    const { presented, ...rest } = approach;
    const id = presented?.kind === 'token' ? presented.token : presented?.kind === 'certificate' ? 'good' : undefined;
    if (id !== 'good' && id !== 'weak') {
      throw new KmsError('unauthenticated', 'no token, or one that is not known');
    }
    return { ...rest, caller: { id, name: id, type: 'service' }, credentialId: 'c', strength: 'single' };
  }

  async mayAnywhere(arrival: Arrival): Promise<boolean> {
    return arrival.caller.id !== 'weak';
  }

  async refuse(who: Approach | Arrival, operation: OperationName, error: KmsError, asked?: unknown, detail?: unknown) {
    const { code } = error;
    this.refusals.push({ who: 'caller' in who ? who.caller.id : 'anonymous', operation, code, asked, detail });
    return error;
  }
}

/** The route /planted/slow answers when it is let go. */
export const slow = {
  entered: (): void => undefined,
  held: Promise.resolve(),
};

interface Item {
  readonly keyring: string;
  readonly key: string;
  readonly data: Buffer;
  readonly context?: Readonly<Record<string, string>>;
}

const body = z.strictObject({ data: bytes('data'), context: z.exactOptional(context) });

@Controller('planted')
export class PlantedController {
  constructor(@Inject(Kms) readonly kms: Kms) {}

  @EachEndpoint('encrypt', { method: 'POST', path: ':keyring/:key/echo', params: IN_KEY, body, summary: 'echo' })
  async echo({ input }: Call<Each<Item>>) {
    return 'one' in input ? input.one : { items: input.many };
  }

  @Endpoint('key.create', {
    method: 'POST',
    path: 'made',
    body: z.strictObject({ name: z.string() }),
    status: 201,
    summary: 'made',
  })
  async make({ input, arrival }: Call<{ readonly name: string }>) {
    return {
      ...input,
      id: '1',
      by: arrival.caller.id,
      none: undefined,
      nil: null,
      idempotencyKey: arrival.idempotencyKey,
    };
  }

  @Endpoint('key.describe', {
    method: 'GET',
    path: 'fail',
    query: z.strictObject({ code: z.string() }),
    summary: 'fail',
  })
  async fail({ input }: Call<{ readonly code: string }>) {
    if (input.code === 'bug') throw new TypeError('the secret sauce');
    throw new KmsError(ERROR_CODES.find((code) => code === input.code) ?? 'internal-error', 'as asked');
  }

  @Endpoint('key.describe', {
    method: 'GET',
    path: 'since',
    query: z.strictObject({ at: z.exactOptional(time('at')) }),
    summary: 'since',
  })
  async since({ input }: Call<{ readonly at?: Date }>) {
    return { isDate: input.at instanceof Date, at: input.at };
  }

  @Endpoint('alias.delete', { method: 'DELETE', path: 'gone', status: 204, summary: 'gone' })
  async remove(_call: Call<unknown>): Promise<void> {}

  @PublicEndpoint({ method: 'GET', path: 'slow', summary: 'slow' })
  async slow(_call: PublicCall<unknown>) {
    slow.entered();
    await slow.held;
    return { slow: true };
  }

  @PublicEndpoint({ method: 'GET', path: 'open', summary: 'open' })
  async open(_call: PublicCall<unknown>) {
    return { open: true };
  }
}

export interface Planted {
  readonly app: NestFastifyApplication;
  readonly kms: PlayedKms;
  readonly url: string;
  readonly port: number;
  readonly log: string[];
}

@Module({})
export class PlantedModule {
  static with(kms: PlayedKms, controllers: NonNullable<DynamicModule['controllers']>): DynamicModule {
    const ofKms: DynamicModule = { module: KmsModule, providers: [{ provide: Kms, useValue: kms }], exports: [Kms] };
    return { module: PlantedModule, imports: [ofKms, HttpModule.with([ofKms])], controllers };
  }
}

@Module({})
class KmsModule {}

export async function startPlanted(
  controllers: NonNullable<DynamicModule['controllers']> = [PlantedController],
  more: Omit<HttpSettings, 'logger'> = {},
): Promise<Planted> {
  const kms = new PlayedKms();
  const log: string[] = [];
  const logger = new JsonLogger('warn', (line) => log.push(line));
  const app = await createHttpApp(PlantedModule.with(kms, controllers), { logger, ...more });
  await app.listen(0, '127.0.0.1');
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { app, kms, url: `${more.tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, log };
}
