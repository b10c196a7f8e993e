/** What is wrong with an introduction, before anybody is asked. The gateway looks again. */
import type { Introduction, IntroductionFault } from './scene.ts'

const longestName = 200
const longestMail = 254

/** As the contract has it, which is how HTML has it and no comments or quotes of RFC 5322. */
const mailForm = /^(?!\.)(?!.*\.\.)[\w'+\-.]*[\w+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/
const phoneForm = /^\+?[\d\s()./-]{5,40}$/

/** In the order of the fields. */
export const introductionFaults = ({ name, mail, phone, agreed }: Introduction): IntroductionFault[] => {
  const faults: IntroductionFault[] = []
  const [told, address, number] = [name.trim(), mail.trim(), phone.trim()]
  if (told === '') faults.push('name-empty')
  if (told.length > longestName) faults.push('name-long')
  if (address !== '' && (address.length > longestMail || !mailForm.test(address))) faults.push('mail-form')
  if (number !== '' && !phoneForm.test(number)) faults.push('phone-form')
  if (address === '' && number === '') faults.push('reach-empty')
  if (!agreed) faults.push('not-agreed')
  return faults
}
