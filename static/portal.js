// What a page gains where scripts run. Nothing here is needed: every page works without it.
import { initAll } from 'nhsuk-frontend'

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported')
initAll()

focusBanner()
for (const form of document.querySelectorAll('form[method="post"]')) sendOnce(form)
for (const job of document.querySelectorAll('[data-cg-job]')) follow(job)
for (const button of document.querySelectorAll('[data-cg-print]')) offerPrint(button)
for (const form of document.querySelectorAll('[data-cg-keying]')) followKeys(form)
for (const draft of document.querySelectorAll('[data-cg-draft]')) followText(draft)

// After a change the result is read first. nhsuk-frontend does the same for error summaries and success banners.
function focusBanner() {
  const panel = document.querySelector('.nhsuk-panel[data-cg-focus]')
  if (!panel) return
  panel.tabIndex = -1
  panel.focus()
}

// A second press on the way is ignored; coming back to the page makes the form usable again.
function sendOnce(form) {
  let sending = false
  form.addEventListener('submit', (event) => {
    if (sending) event.preventDefault()
    sending = true
  })
  window.addEventListener('pageshow', () => { sending = false })
}

function offerPrint(button) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// Asks for the same page every two seconds, shows its new state, and stops when the job has ended. The page's own
// markup is the answer, so what is shown with script is what is shown without.
function follow(shown) {
  let announced = Date.now()

  const ask = async () => {
    const response = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' }).catch(() => null)
    if (!response) return again()
    if (!response.ok || response.redirected) return location.reload()
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const now = page.querySelector('[data-cg-job]')
    if (!now || now.dataset.cgJob === 'ended') return location.reload()
    update(now)
    again()
  }
  const again = () => setTimeout(ask, 2000)
  const update = (now) => {
    for (const part of shown.querySelectorAll('[data-cg-part]')) {
      const other = now.querySelector(`[data-cg-part="${part.dataset.cgPart}"]`)
      if (other) part.replaceChildren(...other.childNodes)
    }
    const [line, news] = [shown.querySelector('[aria-live]'), now.querySelector('[aria-live]')]
    if (line && news && Date.now() - announced >= 10000) {
      announced = Date.now()
      line.textContent = news.textContent
    }
  }

  if (shown.dataset.cgJob !== 'ended') again()
}

// While the text of a draft is typed, what stands beside it follows 300 ms after the last key; 3 s after it, the text is
// saved as the button would save it. The server's own markup is the answer, as without script.
function followText(form) {
  const text = form.elements.text
  const said = form.querySelector('[data-cg-saved]')
  let [soon, later, last, saved] = [0, 0, null, text.value]

  text.addEventListener('input', () => {
    clearTimeout(soon)
    clearTimeout(later)
    soon = setTimeout(show, 300)
    later = setTimeout(save, 3000)
  })
  form.addEventListener('submit', () => {
    clearTimeout(soon)
    clearTimeout(later)
  })

  const show = async () => {
    last?.abort()
    last = new AbortController()
    const body = new URLSearchParams({ text: text.value, to: form.elements.to.value })
    const answer = await fetch(form.dataset.cgDraft, { method: 'POST', body, signal: last.signal }).catch(() => null)
    if (answer?.status !== 200) return
    put(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  }
  const put = (page) => {
    if (!page.querySelector('.cg-problem')) forgive()
    if (!page.querySelector('[data-cg-part="kept"]')) form.querySelector('[data-cg-part="kept"]').replaceChildren()
    for (const part of page.querySelectorAll('[data-cg-part]')) {
      form.querySelector(`[data-cg-part="${part.dataset.cgPart}"]`)?.replaceChildren(...part.childNodes)
    }
  }
  // The mistake that the page came with is mended.
  const forgive = () => {
    document.querySelector('.nhsuk-error-summary')?.remove()
    form.querySelector('#text-error')?.remove()
    text.classList.remove('nhsuk-textarea--error')
    text.closest('.nhsuk-form-group').classList.remove('nhsuk-form-group--error')
  }
  const save = async () => {
    const sent = text.value
    if (sent === saved) return
    const body = new URLSearchParams({ act: 'preview', text: sent, key: form.elements.key.value, version: form.elements.version.value })
    const answer = await fetch(form.action, { method: 'POST', body }).catch(() => null)
    if (answer?.status === 409) return (said.textContent = 'Someone changed this draft while you were working. Save it to see both texts.')
    if (answer?.status !== 200 && answer?.status !== 422) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const now = page.querySelector('[data-cg-draft]')
    if (!now) return
    saved = sent
    for (const name of ['key', 'version']) form.elements[name].value = now.elements[name].value
    said.textContent = `Saved at ${new Date().toLocaleTimeString('en-GB', { hour: 'numeric', minute: '2-digit' })}.`
  }
}

// A form is keyed without a hand leaving the digits: a key that is an answer goes on to the next, x leaves it out, and
// Enter saves from the texts as it does from the answers. All of it can be turned off, which this browser remembers.
// The first key goes into the form, though a banner says what was saved.
function followKeys(form) {
  const tick = document.getElementById('shortcuts')
  tick.closest('[data-cg-shortcuts]').hidden = false
  try { tick.checked = localStorage.getItem('cg-shortcuts') !== 'off' } catch { /* Nothing is remembered. */ }
  tick.addEventListener('change', () => {
    try { localStorage.setItem('cg-shortcuts', tick.checked ? 'on' : 'off') } catch { /* Nothing is remembered. */ }
  })
  form.querySelector('[autofocus]')?.focus()
  const stops = [...form.querySelectorAll('[data-cg-one-key], textarea')]
  for (const stop of stops) {
    const goOn = () => {
      const next = stops[stops.indexOf(stop) + 1]
      next?.focus()
      next?.select()
    }
    if (stop.dataset.cgOneKey) {
      stop.addEventListener('focus', () => stop.select())
      stop.addEventListener('input', () => {
        if (!tick.checked || !stop.value) return
        const key = stop.value.slice(-1).toLowerCase()
        if (key !== 'x' && !stop.dataset.cgOneKey.includes(key)) return
        stop.value = key === 'x' ? '' : key
        goOn()
      })
    } else {
      stop.addEventListener('keydown', (event) => {
        if (!tick.checked || event.key !== 'Enter' || event.shiftKey || event.isComposing) return
        event.preventDefault()
        form.requestSubmit()
      })
    }
  }
}
