import { Controller, Get } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Public, Requires } from '../../../src/doors/http/access.js';
import { startPlanted, type Planted } from './planted-app.js';
import { expectProblem, send } from './sending.js';

/** Routes as any door may have them, without what the REST door adds. */
@Controller('plain')
class PlainController {
  @Get('guarded')
  @Requires('encrypt')
  guarded() {
    return { guarded: true };
  }

  @Get('open')
  @Public()
  open() {
    return { open: true };
  }
}

@Controller('plain')
class ForgetfulController {
  @Get('guarded')
  @Requires('encrypt')
  guarded() {
    return {};
  }

  @Get('forgotten')
  forgotten() {
    return {};
  }
}

let planted: Planted;

beforeAll(async () => {
  planted = await startPlanted([PlainController]);
});
afterAll(() => planted.app.close());

describe('a route that declares who may use it', () => {
  it('is guarded: for whoever holds the operation', async () => {
    const as = (token: string) =>
      send(`${planted.url}/plain/guarded`, 'GET', undefined, { authorization: `Bearer ${token}` });
    expectProblem(await as('nobody'), 401, 'unauthenticated');
    expectProblem(await as('weak'), 403, 'permission-denied');
    expect(planted.kms.refusals.at(-1)).toMatchObject({ who: 'weak', operation: 'encrypt' });
    expect(await as('good')).toMatchObject({ status: 200, body: { guarded: true } });
  });

  it('is open when it says so', async () => {
    expect(await (await fetch(`${planted.url}/plain/open`)).json()).toEqual({ open: true });
  });
});

it('one route without a declaration keeps the whole application from starting', async () => {
  await expect(startPlanted([ForgetfulController])).rejects.toThrow(
    'GET /plain/forgotten does not declare who may use it: add @Requires(operation) or @Public()',
  );
});
