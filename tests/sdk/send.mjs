// What a product's back end in Node sends: HOST, WRITE_KEY and CUSTOMER come from the environment.
import { Analytics } from '@segment/analytics-node'

const { HOST, WRITE_KEY, CUSTOMER } = process.env
const u1 = `${CUSTOMER}-u1`
const u2 = `${CUSTOMER}-u2`
const anonymous = `${CUSTOMER}-anonymous`
const id = (name) => `${CUSTOMER}-${name}`
const late = new Date(Date.now() - 3 * 24 * 3600 * 1000)

const analytics = new Analytics({ writeKey: WRITE_KEY, host: HOST, flushAt: 50 })
const failed = []
analytics.on('error', (error) => failed.push(error))

analytics.identify({ userId: u1, traits: { email: `ann@${CUSTOMER}.example`, name: 'Ann' }, messageId: id('identify') })
analytics.group({ userId: u1, groupId: CUSTOMER, traits: { name: 'Acme', plan: 'Pro', seats: 10 }, messageId: id('group') })
for (const n of [1, 2, 3]) {
  analytics.track({ userId: u1, event: 'Report exported', properties: { format: 'pdf' }, messageId: id(`track-${n}`) })
}
analytics.page({ userId: u1, name: 'Pricing', messageId: id('page') })
analytics.screen({ userId: u1, name: 'Home', messageId: id('screen') })
analytics.alias({ userId: u1, previousId: anonymous, messageId: id('alias') })
analytics.track({ anonymousId: anonymous, event: 'Login', messageId: id('anonymous') })
analytics.track({ userId: u2, event: 'Login', context: { groupId: CUSTOMER }, messageId: id('other') })
analytics.track({ userId: u1, event: 'Login', timestamp: late, messageId: id('late') })

await analytics.closeAndFlush()
if (failed.length > 0) {
  console.error(failed)
  process.exit(1)
}
