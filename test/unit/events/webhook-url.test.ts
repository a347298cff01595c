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
    ['nobody’s address', 'https://0.0.0.0/'],
    ['nobody’s, in IPv6', 'https://[::]/'],
    ['a link-local address', 'https://[fe80::1]/'],
    ['no URL', 'hooks'],
    ['one that is too long', `https://hooks.example/${'a'.repeat(1024)}`],
  ])('with %s is refused, and says nothing of what it held', (_what, url) => {
    expect(() => readWebhookUrl(url)).toThrow(/^invalid-request: url: (?!.*secret)/);
  });
});

it.each([
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  '100.100.100.200',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
  '224.0.0.1',
  '255.255.255.255',
  '0.0.0.0',
  '::',
  'not an address',
])('nothing is sent to %s', (address) => {
  expect(isRefusedAddress(address)).toBe(true);
});

it.each(['203.0.113.7', '10.1.2.3', '127.0.0.1', '::1', '2001:db8::1', 'fd12::7', '64:ff9b::cb00:7107'])(
  'events may go to %s',
  (address) => {
    expect(isRefusedAddress(address)).toBe(false);
  },
);
