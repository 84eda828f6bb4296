# Installs the fubiao command for this user: fetches a release, checks its hash, and puts the command into
# %LOCALAPPDATA%\fubiao, which is added to the user's path.
#   $env:FUBIAO_FROM, $env:FUBIAO_VERSION: where releases are, and which one.
$ErrorActionPreference = 'Stop'
$version = if ($env:FUBIAO_VERSION) { $env:FUBIAO_VERSION } else { '0.1.0' }
$from = if ($env:FUBIAO_FROM) { $env:FUBIAO_FROM } else { "https://github.com/fubiao/fubiao/releases/download/v$version" }
$name = "fubiao-$version-x86_64-pc-windows-msvc"
$folder = Join-Path $env:LOCALAPPDATA 'fubiao'
$work = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid()))
try {
  foreach ($file in "$name.zip", "$name.zip.sha256") {
    if ($from -like 'http*') { Invoke-WebRequest "$from/$file" -OutFile (Join-Path $work $file) -UseBasicParsing }
    else { Copy-Item (Join-Path $from $file) $work }
  }
  $stated = ((Get-Content (Join-Path $work "$name.zip.sha256") -Raw) -split '\s+')[0]
  $found = (Get-FileHash (Join-Path $work "$name.zip") -Algorithm SHA256).Hash
  if ($found -ne $stated) { throw "the hash of $name.zip is not the one it should have" }
  Expand-Archive (Join-Path $work "$name.zip") $work
  New-Item -ItemType Directory -Force $folder | Out-Null
  Copy-Item (Join-Path $work "$name\fubiao.exe") $folder -Force
} finally { Remove-Item -Recurse -Force $work }
$path = [Environment]::GetEnvironmentVariable('Path', 'User')
if (($path -split ';') -notcontains $folder) { [Environment]::SetEnvironmentVariable('Path', "$path;$folder", 'User') }
Write-Output "installed $(& (Join-Path $folder 'fubiao.exe') --version) in $folder; open a new terminal to use it"
