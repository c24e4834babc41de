// The words that say what a value is, or that it is nothing personal. Data and its lookup; where they are looked for is
// value-context.ts.

/** What a key or a word near can speak of; bits, so that sets are numbers. */
export const TOPIC: Readonly<Record<TopicName, number>> = {
  card: 1,
  bank: 2,
  id: 4,
  passport: 8,
  licence: 16,
  plate: 32,
  phone: 64,
  ip: 128,
  mac: 256,
  wallet: 512,
  birth: 1024,
  address: 2048,
  person: 4096,
  email: 8192,
  number: 16_384,
  visitor: 32_768,
};

export type TopicName =
  | "card"
  | "bank"
  | "id"
  | "passport"
  | "licence"
  | "plate"
  | "phone"
  | "ip"
  | "mac"
  | "wallet"
  | "birth"
  | "address"
  | "person"
  | "email"
  | "number"
  | "visitor";

/** Set instead of topics where a word says that its value is nothing personal. */
export const VETO: number = 1 << 20;

/** What a word, or two with a space between, speaks of; 0: nothing. Lower case, Latin-1 of UTF-8. */
export function topicsOfWord(word: string): number {
  return WORDS.get(word) ?? 0;
}

/** The same of a word in a key, where short and ambiguous ones are clear. */
export function topicsOfKeyWord(word: string): number {
  return KEY_WORDS.get(word) ?? WORDS.get(word) ?? 0;
}

const SAID: Readonly<Record<TopicName, string>> = {
  card:
    "card,cards,creditcard,credit card,debit card,card number,cardnumber,cardno,ccnum,ccn,payment card,visa,mastercard,amex,american express," +
    "maestro,kreditkarte,kreditkartennummer,kartennummer,kartennr,tarjeta,tarjetas,carte bancaire,carte bleue,carta,cartão,kreditkort,kortnummer," +
    "creditcardnummer,luottokortti,karta,karty,kredi kartı,信用卡",
  bank:
    "iban,bank account,bankaccount,account number,bankverbindung,kontonummer,konto,beneficiary,bic,sort code," +
    "routing number,cuenta,compte,conto,rekening,rekeningnummer,wire transfer,clabe,bban,aba number,swift code",
  id:
    "ssn,ssns,social security,national insurance,nino,national id,nationalid,national identity,national identification," +
    "identity number,identity card,id card,idcard,id number,idnumber,citizen id,personal id,personal number," +
    "identification number,identification,tax id,taxid,tax number,tax identification,taxpayer,tin,tfn,tax file,abn,acn,gst," +
    "gstin,vat,vat id,vatid,vat number,ust id,ustid,idnr,ust idnr,umsatzsteuer,steuer,steuer id,steuerid,steuernummer," +
    "steueridentifikationsnummer,steuer idnr,sozialversicherungsnummer,sozialversicherung,rentenversicherungsnummer," +
    "versichertennummer,krankenversicherung,krankenversichertennummer,krankenkasse,kvnr,svnr,lanr,bsnr,arztnummer," +
    "betriebsstättennummer,handelsregister,hrb,hra,personalausweis,ausweis,ausweisnummer,medicare,mbi,nhs,nhs number,npi," +
    "provider identifier,certificate number,medicare id,patient id,health insurance,insurance number,insured,pesel,nip," +
    "regon,personnummer,personnr,samordningsnummer,organisationsnummer,orgnr,fødselsnummer,fodselsnummer,cpr,cpr nummer," +
    "hetu,henkilötunnus,identity code,bsn,burgerservicenummer,rijksregisternummer,registre national,niss,insz,ahv,avs," +
    "ahv nummer,dni,nif,nif number,fiscal code,codice fiscale,codicefiscale,partita iva,sécurité sociale," +
    "numéro sécurité,siren,siret,cpf,cnpj,curp,rfc,cuit,cuil,cédula,cedula,aadhaar,aadhar,pan card,pan number,voter," +
    "voter id,nric,fin number,uen,rrn,frn,brn,주민등록번호,주민번호,외국인등록번호,사업자등록번호,resident registration,foreigner registration," +
    "my number,mynumber,マイナンバー,個人番号,身份证,身份证号,身份证号码,thai id,เลขประจำตัวประชาชน,national number,refugee id,id number,umid," +
    "philhealth,kimlik,kimlik no,tc kimlik,tckn,tc no,vergi,vergi no,emirates id,ktp,mykad,sin number,social insurance," +
    "canadian sin,rodné číslo,rodne cislo,emšo,emso,ppsn,pps number,korean frn,korean rrn,itin,ein,cnic,id code,dea number," +
    "my dea",
  passport:
    "passport,passports,passport number,passportno,reisepass,reisepassnummer,pass nr,passeport,pasaporte,passaporto,passaporte,paspoort,paszport,pasaport," +
    "passnummer,passi,여권,여권번호,パスポート,护照",
  licence:
    "driver license,drivers license,driver licence,drivers licence,driving license,driving licence,s license,driverlicense,driverslicense,drivinglicence," +
    "license number,licence number,dl number,dln,führerschein,fuehrerschein,führerscheinnummer,fahrerlaubnis,de conduire,permis,de conducir," +
    "patente,patente di,de motorista,cnh,rijbewijs,prawo jazdy,körkort,kørekort,førerkort,ajokortti,ehliyet,sürücü belgesi,운전면허,my license",
  plate:
    "license plate,licence plate,number plate,numberplate,licenseplate,plate number,plate,kennzeichen,nummernschild,kfz," +
    "matrícula,targa,immatriculation,kenteken,registration number,vehicle registration,plaka,plakası,vrm,vrn,rejestracyjny," +
    "registreringsnummer,car registration",
  phone:
    "phone,phones,telephone,tel,mobile,cellphone,fax,dial,answering,reach me,text me,sms,whatsapp,telegram,msisdn,mobil," +
    "handynummer,telefon,telefonnummer,rufnummer,téléphone,teléfono,telefono,móvil,celular,telefone,cellulare,gsm,mobiel," +
    "telefoon,telefoonnummer,puhelin,puhelinnumero,komórka,callback,phone number,phonenumber,mobile number,contact number," +
    "电话,手机,手机号,電話,電話番号,전화,전화번호,โทร,call me,call us,please call,cell phone",
  ip:
    "ip,ips,ipv,ipv4,ipv6,ip address,ipaddress,ipaddr,remote addr,remoteaddr,client ip,clientip,source ip,src ip," +
    "forwarded for,real ip",
  mac: "mac,mac address,macaddress,hwaddr,hardware address,physical address,bssid,wlan mac,device mac",
  wallet: "wallet,wallets,bitcoin,btc,ethereum,litecoin,ltc,tron,usdt,crypto,blockchain",
  birth:
    "dob,birth,birthday,birthdate,birthdates,born,of birth,geboren,geburtsdatum,geburtstag,naissance,né le,née le,nacimiento,nascimento,nascita," +
    "geboortedatum,födelsedatum,urodzenia,doğum,fødselsdato,syntymäaika,出生日期,生年月日,생년월일",
  address:
    "address,addresses,adresse,anschrift,dirección,direccion,endereço,endereco,indirizzo,adres,osoite,adress,residence,street,straße,strasse,wohnort,lives at,lived in," +
    "ship to,shipto,shipping address,billing address,home address,mailing address,postal address,postcode,zip code,zipcode,postleitzahl,plz,住所,地址,주소",
  person:
    "full name,fullname,first name,firstname,last name,lastname,surname,maiden name,middle name,patient,patients,given name,givenname,family name,familyname,my name,nachname,vorname," +
    "prénom,apellido,apellidos,nombre completo,sobrenome,cognome,imię,nazwisko,姓名,氏名,이름,customer name,employee name,cardholder,card holder,cardholdername,account holder",
  email: "email,emails,e mail,mail,email address,mailto,correo,courriel,邮箱",
  number: "number,numbers,nummer,número,numéro,numero,numer",
  visitor:
    "remote addr,remoteaddr,client ip,clientip,source ip,src ip,forwarded for,real ip,user ip,login ip,visitor ip",
};

/** Topics of words that are clear in a key only. */
const KEYED: Readonly<Record<TopicName, string>> = {
  card: "cc,pan,card no",
  bank: "rib,swift,routing,aba,account,accounts,bank,acct no,payee,debtor,creditor",
  id: "nie,nit,cif,rut,sss,nin,nik,nir,epic,cf,documento,bvn,amka,afm,cnp,oib,egn,citizen,sin,pan no,document,nat id,natid,govid,tax,taxno,fiscal,identity,doc number,docnumber,idnum,national,personal code,personalcode,member id,patient id",
  passport: "pass no,pp no,ppno",
  licence: "dl,dl no,driver,licence,driving",
  plate: "vehicle,plaque,matricula,registration,reg,regnr,vrn",
  phone:
    "cell,handy,movil,portable,hotline,call back,contact,ph,cel,home,work,office,primary phone,phone no,tel no,contact no,to phone",
  ip: "visitor,src,source,client,remote,peer,from ip,saddr,addr,remote host,remotehost,forwarded,xff,user ip,login ip,last ip",
  mac: "ether,hw addr,ethernet,lladdr,hw",
  wallet: "btc address,eth address,eth",
  birth: "birth date,bday,birth day,dateofbirth,born on,fecha nac",
  address: "location,addr1,address line,line1,street address,home,lieu,recipient address,delivery",
  person:
    "customer,assignee,user name,contact name,owner name,author,employee,recipient,attendee,holder,nombre,nom,naam,nimi,nome,beneficiary name,contact person,sender,passenger,guest,signatory,doctor,physician",
  email: "to,from,cc to,bcc,reply to,replyto,user,username,login,contact,recipient,sender,author",
  number: "no,nr,num",
  visitor: "src,client,visitor,from ip,xff,last ip",
};

/** Heads of keys, and words just before a value, that say: a count, a place in something, a digest, a part, an order. */
const VETOED =
  "order,orders,orderno,orderid,invoice,tracking,shipment,sku,isbn,issn,ean,upc,gtin,asin,doi,count,counts,counter,total,sum,size,length,len,bytes,byte,offset,limit,width,height,depth," +
  "port,ports,pid,ppid,tid,uid,gid,inode,fd,sha,sha1,sha256,md5,hash,digest,checksum,crc,crc32,etag,nonce,salt,signature,sig,commit,revision,rev,blob,tree,parent,branch,tag," +
  "trace,traceid,span,spanid,trace id,span id,request id,requestid,correlation id,session id,sessionid,event id,job id,build id,run id,order id,message id,transaction id,txid,txn," +
  "uuid,guid,version,versions,ver,build,release,firmware,model,revision,semver,ts,timestamp,timestamps,time,date,datetime,epoch,nanos,ns,ms,us,sec,seconds,millis,duration,elapsed,latency," +
  "took,ttl,timeout,expires,exp,iat,nbf,mtime,ctime,atime,created,updated,modified,started,finished,uptime,deadline,interval,lat,lon,lng,latitude,longitude,coordinate,coordinates,coords,x,y,z," +
  "score,ratio,percent,price,amount,cost,balance,qty,quantity,weight,rate,avg,mean,median,min,max,stddev,p50,p95,p99,loss,accuracy,value,values,metric,metrics,seed,index,idx,seq,sequence,row,rows," +
  "line,lines,col,column,page,pages,range,level,priority,status,code,errno,exit,exitcode,retries,attempt,attempts,shard,partition,replica,replicas,generation,resourceversion," +
  "memory,mem,cpu,rss,heap,disk,free,used,available,token,tokens,id,ids,key,keys,path,file,filename,url,uri,href,image,img,pkg,package,module,mask,netmask,subnet,cidr,bind,listen,gateway,gw,dns,nameserver," +
  "serial,serialno,part,partno,ticket,issue,pr,case,bug,cve,rfc,asn,oid,channel,pod ip,podip,host ip,hostip,cluster ip,clusterip,node ip,bind ip,gateway ip,listen addr,bind addr,bind address,server ip,host addr,frequency,resolution,color,colour,address space,numbers,isbn13,barcode,batch,lot,product,item,article,ref,reference";

function table(source: Readonly<Record<TopicName, string>>): Map<string, number> {
  const words = new Map<string, number>();
  for (const [topic, list] of Object.entries(source)) {
    for (const word of list.split(",")) {
      const latin = asLatin1(word);
      words.set(latin, (words.get(latin) ?? 0) | (TOPIC[topic as TopicName] ?? 0));
    }
  }
  return words;
}

/** What the word looks like in a view's text. */
function asLatin1(word: string): string {
  return Array.from(new TextEncoder().encode(word), (byte) => String.fromCharCode(byte)).join("");
}

const WORDS: ReadonlyMap<string, number> = withVetoes(table(SAID));
const KEY_WORDS: ReadonlyMap<string, number> = table(KEYED);

/** Every word and phrase with its topics in prose, or with those that a key's word has besides. */
export function wordTopics(): Iterable<readonly [word: string, said: number, keyed: number]> {
  const every = new Set([...WORDS.keys(), ...KEY_WORDS.keys()]);
  return Array.from(every, (word) => [word, topicsOfWord(word), topicsOfKeyWord(word)] as const);
}

function withVetoes(words: Map<string, number>): Map<string, number> {
  for (const word of VETOED.split(",")) if (!words.has(word)) words.set(word, VETO);
  return words;
}
