import { describe, expect, it } from '@jest/globals';
import { isRefusedAddress } from '../../../src/events/refused-address.js';
import { readWebhookUrl } from '../../../src/events/webhook-url.js';

describe('the URL of a webhook', () => {
  it.each([
    'https://hooks.example/keystead?to=me',
    'https://10.0.0.7:8443/hook',
    'https://[fd12::7]/hook',
    'https://127.0.0.1/hook',
    'http://127.0.0.1:8080/hook',
    'http://[::1]:8080/hook',
    'http://localhost:8080/',
  ])('%s is taken', (url) => {
    expect(readWebhookUrl(url).href).toBe(url);
  });

  it.each([
    ['http beyond this machine', 'http://hooks.example/'],
    ['http to a name that looks like this machine', 'http://localhost.example/'],
    ['another protocol', 'file:///etc/passwd'],
    ['a user name', 'https://me@hooks.example/'],
    ['a password', 'https://:secret@hooks.example/'],
    ['a fragment', 'https://hooks.example/#secret'],
    ['the metadata service of a cloud', 'https://169.254.169.254/latest/meta-data'],
    ['the same in decimal', 'https://2852039166/'],
    ['the same in hexadecimal', 'https://0xa9fea9fe/'],
    ['the same as an IPv6 address', 'https://[::ffff:169.254.169.254]/'],
    ['another one’s', 'https://[fd00:ec2::254]/'],
    ['an IPv4 address in the old IPv6 form', 'https://[::169.254.169.254]/'],
    ['an address for translators', 'https://[64:ff9b:1::1]/'],
    ['nobody’s address', 'https://0.0.0.0/'],
    ['nobody’s, in IPv6', 'https://[::]/'],
    ['a link-local address', 'https://[fe80::1]/'],
    ['no URL', 'hooks'],
    ['one that is too long', `https://hooks.example/${'a'.repeat(1024)}`],
  ])('with %s is refused, and says nothing of what it held', (_what, url) => {
    expect(() => readWebhookUrl(url)).toThrow(/^invalid-request: url: (?!.*secret)/);
  });
});

/** First and last of every block of IANA's special-purpose registries, but for loopback and private use. */
it.each([
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['shared', '100.64.0.0', '100.127.255.255'],
  ['a metadata service', '100.100.100.200', '169.254.169.254'],
  ['link-local', '169.254.0.0', '169.254.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation 1', '192.0.2.0', '192.0.2.255'],
  ['6to4 relays', '192.88.99.0', '192.88.99.255'],
  ['benchmarks', '198.18.0.0', '198.19.255.255'],
  ['documentation 2', '198.51.100.0', '198.51.100.255'],
  ['documentation 3', '203.0.113.0', '203.0.113.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved, and broadcast', '240.0.0.0', '255.255.255.255'],
  ['unspecified, and IPv4-compatible', '::', '::a9fe:a9fe'],
  ['IPv4-compatible loopback', '::7f00:1', '::ffff:ffff'],
  ['IPv4-mapped', '::ffff:169.254.169.254', '::ffff:0:0'],
  ['IPv4-mapped in hexadecimal', '::ffff:a9fe:a9fe', '::ffff:6440:1'],
  ['translated special', '64:ff9b::a9fe:a9fe', '64:ff9b::c000:201'],
  ['translated private', '64:ff9b::a00:1', '64:ff9b::c0a8:1'],
  ['translated loopback', '64:ff9b::7f00:1', '64:ff9b::ac10:1'],
  ['translated locally', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['discarded', '100::', '100::ffff:ffff:ffff:ffff'],
  ['protocol assignments in IPv6', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation in IPv6', '2001:db8::1', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['more documentation in IPv6', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['metadata services in IPv6', 'fd00:ec2::254', 'fd20:ce::254'],
  ['link-local in IPv6', 'fe80::1', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast in IPv6', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['no address', 'not an address', ''],
])('nothing is sent to what is %s', (_what, ...addresses) => {
  for (const address of addresses) expect([address, isRefusedAddress(address)]).toEqual([address, true]);
});

it.each([
  ['anywhere', '1.1.1.1', '100.63.255.255', '100.128.0.0', '192.0.1.0', '198.17.255.255', '223.255.255.255'],
  ['anywhere in IPv6', '2620:fe::fe', '2001:200::', '2003::', '3fff:1000::', '64:ff9b::101:101', '::ffff:1.1.1.1'],
  ['inside one’s network', '10.1.2.3', '172.16.0.1', '192.168.1.1', 'fd12::7', '::ffff:10.1.2.3'],
  ['on this machine', '127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'],
])('events may go %s', (_where, ...addresses) => {
  for (const address of addresses) expect([address, isRefusedAddress(address)]).toEqual([address, false]);
});
