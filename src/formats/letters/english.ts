/** The letters in English. Who asks and why comes first; nothing names a patient. */
import type { LetterWords } from './words.ts'

export const english: LetterWords = {
  letters: {
    link: {
      subject: '{institution} asks you for medical records',
      body: [
        'Hello,',
        '{institution} is preparing a second opinion and asks you for the scans and reports {patient}.',
        'Open this link in a browser to send them. You need no account, and you can send whole folders, discs, ZIP files, PDFs and photos:',
        '{url}',
        '{check}',
        'The link works until {until}. If the sending breaks off, open the link again: what has arrived is safe.',
        'Whoever has this link can send records to this case, but cannot see any. Please do not pass it on.',
        'Questions? {institution}: {contact}',
      ],
    },
    'renewed-link': {
      subject: 'A new link for the records that {institution} asked for',
      body: [
        'Hello,',
        '{institution} has made a new link for you to send the scans and reports {patient} for a second opinion. The link before it has stopped working. Everything you already sent has arrived and is safe.',
        'Open this link in a browser to go on:',
        '{url}',
        '{check}',
        'The link works until {until}.',
        'Questions? {institution}: {contact}',
      ],
    },
    receipt: {
      subject: 'Your receipt: {institution} has your records',
      body: [
        'Hello,',
        '{institution} asked for records {patient} for a second opinion. You finished sending on {at}: {files} arrived.',
        'The number of your receipt is {number}. Tell it when you call.',
        'The signed receipt (receipt.jws) and the list of what arrived (files.txt) are attached. The list has the digest (SHA-256) of each file, by which anybody can check that a file has not changed.',
        'Questions? {institution}: {contact}',
      ],
    },
    reminder: {
      subject: 'Have you had time? {institution} is waiting for medical records',
      body: [
        'Hello,',
        'on {at} we sent you a mail with a link. {institution} asks you in it for the scans and reports {patient} for a second opinion. Nothing has arrived yet.',
        'The link in that mail works until {until}. To keep it safe it is not repeated here. If you cannot find the mail, ask {institution} for a new link: {contact}',
        'If you have sent the records another way, you need not do anything.',
      ],
    },
    opened: {
      subject: 'A specialist has opened the records you sent',
      body: [
        'Hello,',
        'on {at} a specialist opened for the first time the records {patient} that you sent to {institution} for a second opinion.',
        'You need not do anything.',
        'Questions? {institution}: {contact}',
      ],
    },
    'link-asked': {
      subject: 'A sender asks for a new link',
      body: [
        'on {at} a sender asked for a new link. They are to send records {patient}.',
        'Their old link has stopped working. Open the case at the desk and renew the link; what they already sent is kept.',
      ],
    },
  },
  checks: {
    none: '',
    code: 'You will also be asked for a code. The desk gives it to you another way, never by mail.',
    'birth-date': 'You will also be asked for the date of birth of the patient.',
  },
  moment: '{day}, {clock} India Standard Time',
  files: { one: '{count} file', other: '{count} files' },
  patient: {
    known: 'of the patient {initials} (case ending in {lastTwo})',
    unknown: 'of a patient (case ending in {lastTwo})',
  },
  sheet: {
    title: 'Please send medical records',
    about: '{institution} is preparing a second opinion and asks you for the scans and reports {patient}.',
    steps: [
      'Point the camera of your phone at the square, or type the link below into a browser. You need no account.',
      'Choose the disc, the folder, the PDFs or photos of the records.',
      'Press Send and wait until it says that everything has arrived.',
    ],
    until: 'The link works until {until}.',
    code: 'When you are asked for a code: {code}',
    contact: 'Questions? {contact}',
  },
}
