-- From the Markdown of all chapters to the inside of HTML pages: `pandoc lua pages.lua job.json`, answer on standard output.
-- Numbers captions and headings as the typeset report does, resolves references across pages, sets tables and formulas.

local NAMES = {fig = 'Figure', tbl = 'Table', eq = 'Equation'}
local WRITER = pandoc.WriterOptions({html_math_method = 'mathml', wrap_text = 'wrap-none'})

local file = assert(io.open(arg[1], 'rb'))
local job = pandoc.json.decode(file:read('a'), false)
file:close()

local labels, pages = {}, pandoc.List()
-- As in print: what stands in the annexes there has a letter here, wherever it stands.
local counts, annexed = {}, {}
local headings = {0, 0, 0, 0, 0, 0}

local function trim(text) return (text:gsub('^%s+', ''):gsub('%s+$', '')) end
local function raw(text) return pandoc.RawInline('html', text) end
local function raw_block(text) return pandoc.RawBlock('html', text) end

local ENTITIES = {['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;'}
local function escape(text) return (text:gsub('[&<>"]', ENTITIES)) end

local function written(blocks) return trim(pandoc.write(pandoc.Pandoc(blocks), 'html5', WRITER)) end
local function written_inlines(inlines) return written({pandoc.Plain(inlines)}) end

-- Where the page ``from`` finds what has a label.
local function address(id, from)
  local found = labels[id] or error('the report refers to "' .. id .. '": no chart, table, equation or section has that label')
  return (found.page == from and '' or found.page .. '.html') .. '#' .. id
end

local function labelled(id, page, words)
  if id == '' then return end
  if labels[id] then error('the label "' .. id .. '" is given twice; every chart, table, equation and section needs its own') end
  labels[id] = {page = page, words = words}
end

-- Numbers ---------------------------------------------------------------------------------------------------------

local function numbered(kind, id, page)
  local letter = (annexed[id] or annexed[page]) and 'A' or ''
  counts[letter .. kind] = (counts[letter .. kind] or 0) + 1
  local words = NAMES[kind] .. ' ' .. letter .. counts[letter .. kind]
  labelled(id, page, words)
  return words
end

-- Headings are told apart in an address by their words, if they have no label.
local function slug(text, taken)
  local base = text:lower():gsub('[^%w]+', '-'):gsub('^%-+', ''):gsub('%-+$', '')
  if base == '' then base = 'part' end
  local found, times = base, 1
  while taken[found] do
    times = times + 1
    found = base .. '-' .. times
  end
  taken[found] = true
  return found
end

local function heading_number(level, annex)
  headings[level] = headings[level] + 1
  for below = level + 1, #headings do headings[below] = 0 end
  local parts = pandoc.List()
  for at = 1, level do parts:insert(annex and at == 1 and string.char(64 + headings[at]) or tostring(headings[at])) end
  return table.concat(parts, '.')
end

local function formula(math, id, words, page)
  local body = pandoc.write(pandoc.Pandoc({pandoc.Plain({math})}), 'html5', WRITER)
  body = trim(body):gsub('<math ', '<math alttext="' .. escape(words or trim(math.text)):gsub('%%', '%%%%') .. '" ', 1)
  if math.mathtype ~= 'DisplayMath' then return raw(body) end
  if not id then return raw('<span class="equation">' .. body .. '</span>') end
  local name = numbered('eq', id, page)
  return raw(('<span class="equation" id="%s" role="group" aria-label="%s" tabindex="0">%s <span class="count">(%s)</span></span>'):format(
    escape(id), name, body, name:match('A?%d+$')))
end

local equations = dofile(pandoc.path.join({pandoc.path.directory(arg[0]), '..', 'equations.lua'}))

local function formulas(page)
  return equations(function(math, id, words) return formula(math, id, words, page) end)
end

-- Captions get their number here, because what stands before the first reference to it may stand on a later page.
local function number_captions(page)
  return {
    traverse = 'topdown',
    Div = function(div)
      if div.classes:includes('chart') then
        div.attributes.number = numbered('fig', div.identifier, page)
        return div, false
      end
      if div.classes:includes('table') then
        for _, part in ipairs(div.content) do
          if part.t == 'Table' then
            part.attributes.number = numbered('tbl', div.identifier, page)
            part.identifier = div.identifier
          end
        end
        return div, false
      end
    end,
    Table = function(element)
      if #element.caption.long > 0 then
        element.attributes.number = numbered('tbl', '', page)
        return element
      end
    end,
  }
end

local function number_headings(page, kind, found)
  local taken = {}
  return function(element)
    local label = element.identifier
    local words = pandoc.utils.stringify(element.content)
    element.identifier = label ~= '' and label or slug(words, taken)
    if kind ~= 'front' and kind ~= 'unnumbered' then
      local number = heading_number(element.level, kind == 'annex')
      local name = element.level > 1 and 'Section' or kind == 'annex' and 'Annex' or 'Chapter'
      words = name .. ' ' .. number
      if element.level == 1 then found.count = number end
      element.content:insert(1, pandoc.Space())
      element.content:insert(1, raw('<span class="count">' .. number .. '</span>'))
    end
    labelled(label, page, words)
    return element
  end
end

-- References ------------------------------------------------------------------------------------------------------

local function references(page)
  return function(cite)
    local out, found = pandoc.List(), 0
    for position, entry in ipairs(cite.citations) do
      if entry.id:match('^%a+:') and (NAMES[entry.id:match('^%a+')] or entry.id:match('^sec:')) then
        found = found + 1
        if position > 1 then out:insert(pandoc.Str(position == #cite.citations and ' and ' or ', ')) end
        local to = address(entry.id, page)
        out:insert(pandoc.Link({pandoc.Str(labels[entry.id].words)}, to))
      end
    end
    if found == 0 then return nil end
    if found < #cite.citations then error('one pair of brackets holds sources and cross references; use two pairs') end
    return out
  end
end

-- Numbers that answer for themselves ------------------------------------------------------------------------------

local function card(id, inner)
  local page = job.cards[id]
  return page and pandoc.Link(inner, page .. '.html#' .. id, '', pandoc.Attr('', {'n'}))
end

local function mark(span)
  if not span.classes:includes('n') then return nil end
  return card(span.attributes.ref, span.content) or span.content, false
end

local function figure_ids(element)
  local before, id, after = element.text:match('^(%W*)(F%d%d%d+)(%W*)$')
  local linked = id and card(id, {pandoc.Str(id)})
  if not linked then return nil end
  return {pandoc.Str(before), linked, pandoc.Str(after)}, false
end

-- A link leads to a place of the web or of this site, never to a script.
local function link(element)
  element.content = element.content:walk({Span = function(span) return span.content end})
  if element.target:match('^https?://') or element.target:match('^#') or element.target:match('^[%w-]+%.html') then
    element.attr = pandoc.Attr()
    return element, false
  end
  return element.content
end

-- Tables and charts -----------------------------------------------------------------------------------------------

local tables = pandoc.List()

local function cells_of(rows, out)
  for _, row in ipairs(rows) do
    out:insert(pandoc.List(row.cells):map(function(cell) return pandoc.utils.stringify(cell.contents) end))
  end
end

local function scrolling(label, inner)
  return '<div class="scroll" role="region" tabindex="0" ' .. label .. '>' .. inner .. '</div>'
end

local function as_table(element)
  local number, id = element.attributes.number, element.identifier
  local caption = pandoc.utils.blocks_to_inlines(element.caption.long)
  local rows = pandoc.List()
  cells_of(element.head.rows, rows)
  for _, body in ipairs(element.bodies) do
    cells_of(body.body, rows)
    body.row_head_columns = 1
  end
  element.caption = {long = {}}
  element.attr = pandoc.Attr()
  element.colspecs = element.colspecs:map(function(spec) return {spec[1], nil} end)
  local drawn = written({element})
  drawn = drawn:gsub(' style="text%-align: (%a+);"', ' class="%1"'):gsub(' class="[eo][vd][ed]n?"', '')
  local head, rest = drawn:match('^(.-</thead>)(.*)$')
  if not head then head, rest = '', drawn end
  drawn = head:gsub('<th', '<th scope="col"'):gsub('<th scope="col"ead', '<thead') .. rest:gsub('<th([ >])', '<th scope="row"%1')
  if not number then
    return raw_block(scrolling('aria-label="Table"', drawn))
  end
  local name = id ~= '' and id:gsub('^tbl:', '') or 'table-' .. number:match('A?%d+$')
  tables:insert({name = name, rows = rows})
  return raw_block(('<figure class="table" id="%s"><figcaption id="cap-%s"><strong>%s</strong> %s</figcaption>%s' ..
    '<p class="data"><a href="tables/%s.csv" download>%s as CSV</a></p></figure>'):format(
    escape(id ~= '' and id or 'tbl:' .. name), escape(name), number, written_inlines(caption),
    scrolling('aria-labelledby="cap-' .. escape(name) .. '"', drawn), escape(name), number))
end

-- The picture is put in by whoever asked: a comment cannot come out of any text.
local function as_chart(div)
  local given = div.attributes
  return raw_block(('<figure class="chart" id="%s">%s<figcaption><strong>%s</strong> %s</figcaption>%s</figure>'):format(
    escape(div.identifier), scrolling('aria-label="' .. given.number .. '"', '<!--chart ' .. escape(given.file) .. '-->'),
    given.number, written_inlines(pandoc.utils.blocks_to_inlines(div.content)),
    '<details class="words"><summary>' .. given.number .. ' in words</summary><p>' .. escape(given.alt) .. '</p></details>' ..
    '<p class="data"><a href="charts/' .. escape(div.identifier:gsub('^fig:', '')) .. '.csv" download>' .. given.number .. ' as CSV</a></p>'))
end

local function entry(div)
  local id = ''
  if div.content[1] then
    -- The name stands last in the head; that of a figure is a link by now.
    div.content[1]:walk({
      traverse = 'topdown',
      Code = function(code) id = code.text end,
      Link = function(element) if element.classes:includes('n') then id = pandoc.utils.stringify(element) end end,
    })
  end
  return raw_block(('<div class="entry" id="%s">'):format(escape(id)) .. written(div.content) .. '</div>')
end

local function division(div)
  if div.classes:includes('chart') then return as_chart(div), false end
  if div.classes:includes('table') then
    return div.content:map(function(part) return part.t == 'Table' and as_table(part) or part end), false
  end
  if div.classes:includes('opening') then
    local parts = div.content:filter(function(part) return part.t == 'Div' end):map(function(part)
      return '<dt>' .. escape(part.attributes.part) .. '</dt><dd>' .. written(part.content) .. '</dd>'
    end)
    return raw_block('<dl class="opening">' .. table.concat(parts) .. '</dl>'), false
  end
  if div.classes:includes('note') then
    return raw_block('<div class="note"><strong>Note.</strong> ' .. written(div.content) .. '</div>'), false
  end
  if div.classes:includes('entry') then return entry(div), false end
end

-- Pages -----------------------------------------------------------------------------------------------------------

local function add_page(name, kind, blocks)
  pages:insert({name = name, kind = kind, blocks = blocks})
end

for _, id in ipairs(job.annexed) do annexed[id] = true end
for _, text in ipairs(job.texts) do
  local blocks = pandoc.read(text.markdown, job.reader).blocks
  if text.kind ~= 'annex' then
    add_page(text.page, text.kind, blocks)
  else
    for _, element in ipairs(blocks) do
      if element.t == 'Header' and element.level == 1 then
        local name = element.identifier:gsub('^sec:', '')
        annexed[name] = true
        add_page(name, 'annex', pandoc.Blocks({}))
      end
      pages[#pages].blocks:insert(element)
    end
  end
end

local annexes = false
for _, page in ipairs(pages) do
  if page.kind == 'annex' and not annexes then
    annexes, headings = true, {0, 0, 0, 0, 0, 0}
  end
  local top, level
  page.blocks = pandoc.Blocks(page.blocks):walk({
    Image = function(element)
      error('image ' .. element.src .. ' in a Markdown cell: show it with chart(), which asks for alternative text')
    end,
    Header = function(element)
      top, level = top or element, math.min(level or 9, element.level)
    end,
  })
  -- Of the first page the heading is the report's title; those of its text come below.
  if page.kind == 'front' then
    page.blocks = page.blocks:walk({Header = function(element)
      element.level = element.level - level + 2
      return element
    end})
  end
  page.title = top and pandoc.utils.stringify(top.content) or page.name
  local paragraph = formulas(page.name)
  page.blocks = page.blocks:walk(number_captions(page.name))
  page.blocks = page.blocks:walk({Header = number_headings(page.name, page.kind, page)})
  page.blocks = page.blocks:walk({Para = paragraph, Plain = paragraph})
end

-- All pages are cited together, so that letters of years and the list of references are the report's.
local whole = pandoc.Blocks({})
for position, page in ipairs(pages) do
  whole:insert(pandoc.Div(page.blocks:walk({Cite = references(page.name)}), pandoc.Attr('page-' .. position)))
end
local cited = pandoc.utils.citeproc(pandoc.Pandoc(whole, pandoc.Meta({
  bibliography = job.bibliography, csl = job.style, ['link-citations'] = true, lang = 'en-GB',
})))
local list = pandoc.Blocks({})
for _, element in ipairs(cited.blocks) do
  local position = element.t == 'Div' and element.identifier:match('^page%-(%d+)$')
  if position then pages[tonumber(position)].blocks = element.content else list:insert(element) end
end
if #list > 0 then
  local at = #pages + 1
  for position, page in ipairs(pages) do
    if page.kind == 'annex' then
      at = position
      break
    end
  end
  local title = pandoc.Header(1, {pandoc.Str('References')}, pandoc.Attr('references'))
  pages:insert(at, {name = 'references', kind = 'references', title = 'References', blocks = pandoc.Blocks({title}) .. list})
end

local function reference_links(element)
  local key = element.target:match('^#(ref%-.+)$')
  if key then element.target = 'references.html#' .. key end
  return element
end

local answer = {pages = pandoc.List()}
for _, page in ipairs(pages) do
  local blocks = page.blocks
  if page.name ~= 'references' then blocks = blocks:walk({Link = reference_links}) end
  -- Parts of a page as the search finds them: what stands under each heading of the first two levels.
  local parts = pandoc.List()
  for _, element in ipairs(blocks) do
    if element.t == 'Header' and element.level <= (page.kind == 'front' and 3 or 2) then
      parts:insert({id = element.identifier, level = element.level, title = trim(pandoc.utils.stringify(element.content)), text = ''})
    elseif #parts > 0 then
      parts[#parts].text = trim(parts[#parts].text .. ' ' .. pandoc.utils.stringify(element))
    end
  end
  blocks = blocks:walk({traverse = 'topdown', Link = link})
  blocks = blocks:walk({traverse = 'topdown', Link = function(element) return element, false end, Span = mark})
  blocks = blocks:walk({
    traverse = 'topdown',
    Header = function(element) return element, false end,
    Link = function(element) return element, false end,
    Str = figure_ids,
    Code = figure_ids,
  })
  blocks = blocks:walk({traverse = 'topdown', Div = division, Table = function(element) return as_table(element), false end})
  answer.pages:insert({name = page.name, kind = page.kind, title = page.title, count = page.count or '', parts = parts, html = written(blocks)})
end
answer.tables = tables
io.stdout:write(pandoc.json.encode(answer))
