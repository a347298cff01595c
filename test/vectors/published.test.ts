import { createHash, createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { unwrapKwp, wrapKwp } from '../../src/crypto/aes-kwp.js';
import { algorithmFor } from '../../src/crypto/algorithms.js';
import { toSpki } from '../../src/crypto/fixed-spki.js';
import type { KeySpec } from '../../src/crypto/key-spec.js';
import { readPublicKey } from '../../src/crypto/read-public-key.js';
import { Secret } from '../../src/crypto/secret.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const secret = (text: string): Secret => new Secret(hex(text));

const GCM_PLAINTEXT =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
const GCM_AAD = 'feedfacedeadbeeffeedfacedeadbeefabaddad2';

describe('AEADs', () => {
  it.each<[string, KeySpec, string, string, string, string, string]>([
    [
      'The Galois/Counter Mode of Operation, test case 4',
      'aes-128-gcm',
      'feffe9928665731c6d6a8f9467308308',
      'cafebabefacedbaddecaf888',
      GCM_PLAINTEXT,
      GCM_AAD,
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
        '5bc94fbc3221a5db94fae95ae7121a47',
    ],
    [
      'The Galois/Counter Mode of Operation, test case 16',
      'aes-256-gcm',
      'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      'cafebabefacedbaddecaf888',
      GCM_PLAINTEXT,
      GCM_AAD,
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
        '76fc6ece0f4e1768cddf8853bb2d551b',
    ],
    [
      'RFC 8439 2.8.2',
      'chacha20-poly1305',
      '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
      '070000004041424344454647',
      Buffer.from(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
      ).toString('hex'),
      '50515253c0c1c2c3c4c5c6c7',
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36' +
        '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116' +
        '1ae10b594f09e26a7e902ecbd0600691',
    ],
  ])('%s', (_source, spec, key, nonce, plaintext, aad, sealed) => {
    const { aead } = algorithmFor(spec).load(secret(key));
    expect(aead!.seal(hex(nonce), hex(plaintext), hex(aad)).toString('hex')).toBe(sealed);
    expect(aead!.open(hex(nonce), hex(sealed), hex(aad))?.toString('hex')).toBe(plaintext);
  });
});

describe('HMAC, RFC 4231', () => {
  const cases = [
    {
      key: '0b'.repeat(20),
      message: Buffer.from('Hi There'),
      macs: {
        'hmac-sha-224': '896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22',
        'hmac-sha-256': 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
        'hmac-sha-384':
          'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
        'hmac-sha-512':
          '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
      },
    },
    {
      key: Buffer.from('Jefe').toString('hex'),
      message: Buffer.from('what do ya want for nothing?'),
      macs: {
        'hmac-sha-224': 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44',
        'hmac-sha-256': '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
        'hmac-sha-384':
          'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
        'hmac-sha-512':
          '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
      },
    },
  ];
  it.each(cases)('key $key', ({ key, message, macs }) => {
    for (const [spec, expected] of Object.entries(macs)) {
      const { mac } = algorithmFor(spec as KeySpec).load(secret(key));
      expect(mac!.mac(message).toString('hex')).toBe(expected);
      expect(mac!.verify(message, hex(expected))).toBe(true);
    }
  });
});

describe('ECDSA, RFC 6979 A.2, message "sample"', () => {
  const message = Buffer.from('sample');

  it.each<[KeySpec, string, string, string]>([
    [
      'ecc-p256',
      'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'ecc-p384',
      '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5',
      '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46',
      '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
    ],
    [
      'ecc-p521',
      '00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538',
      '00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa',
      '00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a',
    ],
  ])('%s verifies r ‖ s by the message and by its digest', async (spec, scalar, r, s) => {
    const { signer } = algorithmFor(spec).load(secret(scalar));
    const jose = signer!.algorithms[1]!;
    const digest = createHash(jose.replace(/ecdsa-sha-(\d+)-jose/, 'sha$1'))
      .update(message)
      .digest();
    const signature = hex(r + s);
    expect(await signer!.verify(jose, { message }, signature)).toBe(true);
    expect(await signer!.verify(jose, { digest }, signature)).toBe(true);
    expect(await signer!.verify(jose, { message: digest }, signature)).toBe(false);
    // The nonce is hedged, so ours is another signature, over the digest itself, that others verify.
    const ours = await signer!.sign!(jose, { digest });
    expect(ours.equals(signature)).toBe(false);
    expect(await signer!.verify(jose, { message }, ours)).toBe(true);
  });
});

describe('Ed25519, RFC 8032 7.1', () => {
  it.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('seed %s', async (seed, publicKey, message, signature) => {
    const { signer } = algorithmFor('ed25519').load(secret(seed));
    const input = { message: hex(message) };
    expect((await signer!.sign!('ed25519', input)).toString('hex')).toBe(signature);
    const verifier = algorithmFor('ed25519').loadPublic(toSpki('ed25519', hex(publicKey))).signer!;
    expect(await verifier.verify('ed25519', input, hex(signature))).toBe(true);
  });
});

describe('key agreement', () => {
  it('X25519, RFC 7748 6.1', async () => {
    const bob = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
    const { agreement } = algorithmFor('x25519').load(secret(bob));
    const alicePublic = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
    const shared = await agreement!.agree(toSpki('x25519', hex(alicePublic)));
    expect(shared.bytes.toString('hex')).toBe('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
  });

  it('X25519 refuses points of small order', async () => {
    const { agreement } = algorithmFor('x25519').load((await algorithmFor('x25519').generate()).material);
    for (const point of ['00'.repeat(32), `01${'00'.repeat(31)}`]) {
      await expect(agreement!.agree(toSpki('x25519', hex(point)))).rejects.toMatchObject({ code: 'invalid-request' });
    }
  });

  it('ECDH P-256, RFC 5903 8.1', async () => {
    const { agreement } = algorithmFor('ecc-p256').load(
      secret('c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433'),
    );
    const { spki } = readPublicKey({
      kty: 'EC',
      crv: 'P-256',
      x: hex('d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63').toString('base64url'),
      y: hex('56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab').toString('base64url'),
    });
    const shared = await agreement!.agree(spki);
    expect(shared.bytes.toString('hex')).toBe('d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de');
  });
});

describe('AES-KWP, RFC 5649 6', () => {
  const kek = createSecretKey(hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8'));

  it.each([
    ['c37b7e6492584340bed12207808941155068f738', '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a'],
    ['466f7250617369', 'afbeb0f07dfbf5419200f2ccb50bb24f'],
  ])('wraps %s', (plaintext, wrapped) => {
    expect(wrapKwp(kek, hex(plaintext)).toString('hex')).toBe(wrapped);
    expect(unwrapKwp(kek, hex(wrapped))?.toString('hex')).toBe(plaintext);
    const changed = hex(wrapped);
    changed[3]! ^= 1;
    expect(unwrapKwp(kek, changed)).toBeUndefined();
  });
});

it('Ed25519ph, RFC 8032 7.3', async () => {
  const seed = Buffer.from('833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42', 'hex');
  const signature =
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406';
  const { signer } = algorithmFor('ed25519').load(new Secret(seed));
  const input = { message: Buffer.from('abc') };
  const made = await signer!.sign!('ed25519ph', input);
  expect(made.toString('hex')).toBe(signature);
  expect(await signer!.verify('ed25519ph', input, made)).toBe(true);
  expect(await signer!.verify('ed25519', input, made)).toBe(false);
  expect(await signer!.verify('ed25519ph', { message: Buffer.from('abd') }, made)).toBe(false);
});
