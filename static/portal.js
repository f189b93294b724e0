// What a page gains where scripts run. Nothing here is needed: every page works without it.
import { initAll } from 'nhsuk-frontend'

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported')
initAll()

focusBanner()
for (const form of document.querySelectorAll('form[method="post"]')) sendOnce(form)
for (const job of document.querySelectorAll('[data-cg-job]')) follow(job)
for (const button of document.querySelectorAll('[data-cg-print]')) offerPrint(button)

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
