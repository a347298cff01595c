import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * IANA's special-purpose registries (RFC 6890) and multicast, but for loopback and private use (10/8, 172.16/12, 192.168/16,
 * fc00::/7): receivers inside one's own network are what webhooks are for.
 */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  // Shared address space (RFC 6598), with the metadata service of a cloud in it.
  ['100.64.0.0', 10],
  // Link-local, with the metadata services of the other clouds.
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
] as const;

/** What stays inside a network may not be meant by way of a translator (RFC 6052, section 3.1). */
const INSIDE_IPV4 = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const;

const SPECIAL_IPV6 = [
  // Unspecified, and IPv4-compatible (RFC 4291, section 2.5.5.1).
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

const refused = new BlockList();
for (const [net, bits] of SPECIAL_IPV4) refused.addSubnet(net, bits);
for (const [net, bits] of [...SPECIAL_IPV4, ...INSIDE_IPV4]) refused.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6');
for (const [net, bits] of SPECIAL_IPV6) refused.addSubnet(net, bits, 'ipv6');
// Metadata services at private addresses.
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('fd20:ce::254', 'ipv6');

export function isLoopbackAddress(address: string): boolean {
  return isIn(loopback, address);
}

/** Whether nothing is sent there. An IPv4 address that is written as IPv6 is the same address. */
export function isRefusedAddress(address: string): boolean {
  return isIP(address) === 0 || (isIn(refused, address) && !isLoopbackAddress(address));
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
