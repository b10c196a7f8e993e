import { describe, expect, it } from 'vitest'
import { type ImageKind, mentionedModalities } from './mentioned-modalities.ts'

describe('mentionedModalities', () => {
  it.each<[string, readonly ImageKind[]]>([
    ['', []],
    ['CT of the chest, 3 May', ['ct']],
    ['Compared with the prior computed tomography.', ['ct']],
    ['a CAT scan was done', ['ct']],
    ['HRCT thorax and PET/CT', ['ct', 'pet']],
    ['MRI brain with contrast; MR angiography', ['mr']],
    ['magnetic\nresonance imaging', ['mr']],
    ['USG abdomen shows', ['ultrasound']],
    ['Ultrasonography and bone scan', ['ultrasound', 'scintigraphy']],
    ['Chest X-ray PA view. CXR clear.', ['xray']],
    ['X‑ray of the hand', ['xray']],
    ['Bilateral mammogram', ['mammography']],
    ['Schädel-CT vom 3.5., MRT-Untersuchung des Knies', ['ct', 'mr']],
    ['Computertomografie und Kernspintomographie', ['ct', 'mr']],
    ['Röntgen-Thorax, Abdomensonographie', ['ultrasound', 'xray']],
    ['RÖNTGENAUFNAHME', ['xray']],
    ['Mammographie bds., Skelettszintigraphie', ['mammography', 'scintigraphy']],
    ['छाती का सीटी स्कैन कराया गया', ['ct']],
    ['मस्तिष्क का एम.आर.आई. और सी.टी.', ['ct', 'mr']],
    ['पेट का अल्ट्रासाउंड, छाती का एक्स-रे', ['ultrasound', 'xray']],
    ['पेट में दर्द', []],
    ['मैमोग्राफी की रिपोर्ट', ['mammography']],
    ['मेंदूचा एमआरआय काढला, सिटी स्कॅनमध्ये', ['ct', 'mr']],
    ['पोटाची सोनोग्राफीत दिसते; मॅमोग्राम', ['ultrasound', 'mammography']],
    ['क्ष-किरण तपासणी', ['xray']],
    ['सिटी हॉस्पिटल, पुणे', []],
    ['MR. SHARMA and Mr Doe, DIRECT ACTION, pet dog, us', []],
    ['Hartford, CT 06510', []],
    ['No CT was done. Keine MRT. ohne Röntgen', []],
    ['no CT in May, but a CT in June', ['ct']],
  ])('%j', (text, kinds) => expect(mentionedModalities(text)).toEqual(kinds))

  it('takes its time in proportion to the text', () => {
    const begun = performance.now()
    for (const piece of ['no ', 'ct ', 'computed ', 'एक्स ', 'positron ', '. - '])
      mentionedModalities(piece.repeat(40_000))
    expect(performance.now() - begun).toBeLessThan(3_000)
  })
})
